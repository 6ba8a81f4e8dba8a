# Writes a C file with the page's Content-Security-Policy: `page_policy` of server/control/page.h. The hashes are those of
# the page's one <script> and its one <style>.
#   cmake -DPAGE=FILE -DOUT=FILE -P policy.cmake
set(digits ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)

# base64(OUT HEX): three bytes, six hexadecimal digits, make four digits; zeros and `=` fill up the last.
function(base64 out hex)
  set(text "")
  string(LENGTH "${hex}" length)
  math(EXPR missing "(6 - ${length} % 6) % 6")
  string(REPEAT 0 ${missing} zeros)
  string(REGEX MATCHALL "......" groups "${hex}${zeros}")
  foreach(group IN LISTS groups)
    foreach(shift 18 12 6 0)
      math(EXPR digit "(0x${group} >> ${shift}) & 63")
      string(SUBSTRING ${digits} ${digit} 1 character)
      string(APPEND text ${character})
    endforeach()
  endforeach()
  math(EXPR padding "${missing} / 2")
  string(LENGTH "${text}" length)
  math(EXPR kept "${length} - ${padding}")
  string(SUBSTRING "${text}" 0 ${kept} text)
  string(REPEAT = ${padding} padding)
  set(${out} "${text}${padding}" PARENT_SCOPE)
endfunction()

# hash_of(OUT TAG): the hash source of the text between <TAG> and </TAG>.
function(hash_of out tag)
  string(FIND "${page}" "<${tag}>" begin)
  string(FIND "${page}" "</${tag}>" end)
  string(FIND "${page}" "<${tag}" last REVERSE)
  string(LENGTH "<${tag}>" skipped)
  if(begin LESS 0 OR end LESS begin OR NOT begin EQUAL last)
    message(FATAL_ERROR "${PAGE} must have one <${tag}>")
  endif()
  math(EXPR begin "${begin} + ${skipped}")
  math(EXPR length "${end} - ${begin}")
  string(SUBSTRING "${page}" ${begin} ${length} text)
  string(SHA256 hex "${text}")
  base64(digest ${hex})
  set(${out} "'sha256-${digest}'" PARENT_SCOPE)
endfunction()

file(READ "${PAGE}" page)
hash_of(script script)
hash_of(style style)
file(WRITE "${OUT}" "/* Made by server/control/page/policy.cmake. */
#include \"control/page.h\"

const char page_policy[] =
    \"default-src 'none'; script-src ${script}; style-src ${style}; connect-src 'self'; img-src data:; \"
    \"base-uri 'none'; form-action 'none'; frame-ancestors 'none'\";
")
