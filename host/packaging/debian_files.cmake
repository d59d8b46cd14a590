# SPDX-License-Identifier: Apache-2.0
# cpack runs this before it packs the files: makes them follow Debian's policy.

# The loader searches Debian's own folders without a run path.
function(remove_run_paths root)
  file(GLOB programs ${root}/usr/bin/* ${root}/usr/${CPACK_SEAM_LIBDIR}/*.so.*.*)
  foreach(program IN LISTS programs)
    file(RPATH_REMOVE FILE ${program})
  endforeach()
endfunction()

# Packages have the date of the commit, so that packages of one commit are the same.
function(get_source_date variable format)
  find_program(GIT git)
  if(GIT AND EXISTS ${CPACK_SEAM_SOURCE}/.git)
    execute_process(COMMAND ${GIT} log -1 --format=${format} WORKING_DIRECTORY ${CPACK_SEAM_SOURCE}
                    OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  endif()
  set(${variable} "${date}" PARENT_SCOPE)
endfunction()

function(set_source_date)
  get_source_date(seconds %ct)
  if(NOT DEFINED ENV{SOURCE_DATE_EPOCH})
    set(ENV{SOURCE_DATE_EPOCH} 0${seconds}) # 0 if there is no commit
  endif()
endfunction()

function(write_copyright folder)
  file(WRITE ${folder}/copyright
"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: seam

Files: *
Copyright: 2026 the seam contributors
License: Apache-2.0
 On Debian systems the full text of the Apache License, version 2.0, is in
 /usr/share/common-licenses/Apache-2.0.
")
endfunction()

# Debian's policy wants the changes of the program as changelog.gz, and those of the packaging as changelog.Debian.gz.
function(write_changelogs folder)
  file(REMOVE ${folder}/CHANGELOG.md)
  configure_file(${CPACK_SEAM_SOURCE}/host/packaging/CHANGELOG.md ${folder}/changelog COPYONLY)
  get_source_date(date %cD)
  if(NOT date)
    set(date "Thu, 01 Jan 1970 00:00:00 +0000")
  endif()
  file(WRITE ${folder}/changelog.Debian
"seam (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium

  * Packed by CPack from seam's own source; changelog.gz says what changed.

 -- ${CPACK_SEAM_MAINTAINER}  ${date}
")
  execute_process(COMMAND gzip -9n ${folder}/changelog ${folder}/changelog.Debian COMMAND_ERROR_IS_FATAL ANY)
endfunction()

function(compress_pages root)
  file(GLOB pages ${root}/usr/share/man/man1/*.1)
  foreach(page IN LISTS pages)
    execute_process(COMMAND gzip -9n ${page} COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
endfunction()

set_source_date()
foreach(pair IN LISTS CPACK_SEAM_PACKAGES)
  string(REPLACE ":" ";" pair ${pair})
  list(GET pair 0 component)
  list(GET pair 1 package)
  set(root ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/${component})
  remove_run_paths(${root})
  compress_pages(${root})
  write_copyright(${root}/usr/share/doc/${package})
  write_changelogs(${root}/usr/share/doc/${package})
endforeach()
