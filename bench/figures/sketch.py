#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws sketch.svg, the README's sketch of width and slack. The voltages are made up; they belong to no run.

usage: bench/figures/sketch.py >bench/figures/sketch.svg
"""

INPUT, MIDDLE, OUTPUT = 140, 370, 600  # where the three axes stand, in pixels
BLUE, ORANGE, INK = "#0072b2", "#d55e00", "#333"

# Voltages of each level: the input, what the first component makes of it, what the second one accepts, the output.
LEVELS = [
    {"level": 0, "given": (-0.3, 0.3), "made": (-0.18, 0.02), "accepted": (-0.38, 0.18), "wanted": (-0.1, 0.1)},
    {"level": 1, "given": (0.7, 1.3), "made": (0.98, 1.17), "accepted": (0.72, 1.48), "wanted": (0.9, 1.1)},
]


def y(voltage):
    return 270 - 110 * (voltage + 0.5)


def band(x, voltages, width, colour, opacity=1.0):
    low, high = y(voltages[0]), y(voltages[1])
    return (f'<rect x="{x - width / 2}" y="{high:.1f}" width="{width}" height="{low - high:.1f}" fill="{colour}" '
            f'fill-opacity="{opacity}"/>')


def funnel(left, of_left, right, of_right, colour):
    points = [(left, of_left[0]), (left, of_left[1]), (right, of_right[1]), (right, of_right[0])]
    path = " ".join(f"{x},{y(voltage):.1f}" for x, voltage in points)
    return f'<polygon points="{path}" fill="{colour}" fill-opacity="0.15"/>'


def text(x, voltage, words, anchor="middle", colour=INK):
    return f'<text x="{x}" y="{y(voltage) + 4:.1f}" text-anchor="{anchor}" fill="{colour}">{words}</text>'


def axis(x, voltage_name):
    return (f'<line x1="{x}" y1="{y(1.6):.1f}" x2="{x}" y2="{y(-0.5):.1f}" stroke="{INK}"/>' +
            text(x, 1.75, voltage_name))


def level(of):
    return [funnel(INPUT, of["given"], MIDDLE, of["made"], BLUE),
            funnel(MIDDLE, of["accepted"], OUTPUT, of["wanted"], ORANGE),
            band(INPUT, of["given"], 8, BLUE), band(OUTPUT, of["wanted"], 8, ORANGE),
            band(MIDDLE, of["accepted"], 14, ORANGE, 0.45), band(MIDDLE, of["made"], 6, BLUE),
            text(INPUT - 14, of["level"], f"logical {of['level']} ± 0.3 V", "end"),
            text(OUTPUT + 14, of["level"], f"{of['level']} ± 0.1 V", "start"),
            text(MIDDLE - 12, of["made"][1] + 0.09, "width", "end", BLUE),
            text(MIDDLE + 12, of["accepted"][1] + 0.09, f"slack: u{of['level']} ± δ", "start", ORANGE)]


def main():
    parts = [axis(INPUT, "input v"), axis(MIDDLE, "interface u"), axis(OUTPUT, "output y")]
    for of in LEVELS:
        parts += level(of)
    parts += [text((INPUT + MIDDLE) / 2, 0.5, "first component: f1"),
              text((MIDDLE + OUTPUT) / 2, 0.5, "second component: f2")]
    print('<svg xmlns="http://www.w3.org/2000/svg" width="710" height="280" viewBox="0 0 710 280" '
          'font-family="sans-serif" font-size="13">\n<rect width="710" height="280" fill="white"/>')
    print("\n".join(parts))
    print("</svg>")


if __name__ == "__main__":
    main()
