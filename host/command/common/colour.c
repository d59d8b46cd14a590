/* SPDX-License-Identifier: Apache-2.0 */
/* Colour scales as curves through OKLab (Ottosson 2020, "A perceptual color space for image processing"): lightness is
 * linear along each, so that people who confuse hues see it, too. A screen can show every colour of the curves. */
#include "command/common/colour.h"

#include <math.h>

static const double degree = 0.017453292519943295;

static double gamma_encoded(double linear) {
  double encoded = linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow(linear, 1 / 2.4) - 0.055;
  return encoded < 0 ? 0 : encoded > 1 ? 1 : encoded;
}

static struct rgb oklab(double lightness, double chroma, double hue) {
  double a = chroma * cos(hue), b = chroma * sin(hue);
  double l = pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3);
  double m = pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3);
  double s = pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3);
  return (struct rgb){gamma_encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
                      gamma_encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
                      gamma_encoded(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s)};
}

struct rgb colour_sequential(double t) {
  double from_middle = 2 * t - 1; /* in the middle, at blue-green, screens have the least chroma */
  return oklab(0.30 + 0.62 * t, 0.10 + 0.05 * from_middle * from_middle, (305 - 200 * t) * degree);
}

struct rgb colour_ordered(double t) {
  return oklab(0.80 - 0.58 * t, 0.11, 330 * degree);
}

struct rgb colour_diverging(double t) {
  return oklab(0.94 - 0.49 * fabs(t), 0.115 * fabs(t), (t < 0 ? 310 : 140) * degree);
}
