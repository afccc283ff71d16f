#!/bin/sh
# Builds vaas when needed and runs it: ./run.sh --offline, ./run.sh --help
set -euf

# What is closed here would be the next file that somebody opens.
(: >&2) || exec 2> /dev/null
(: 3>&1) 2> /dev/null || exec > /dev/null
(: 3<&0) 2> /dev/null || exec < /dev/null

# Says what is wrong, and ends with 1, or 2 for wrong settings.
fail() {
  echo "run.sh: $1" >&2
  exit "${2:-1}"
}

# The folder of this file, through any links. "bash run.sh" also finds it on the PATH.
self=$0
case $self in
  */*) ;;
  *) [ -f "$self" ] || self=$(command -v "$self") || fail "call it by its path" ;;
esac
while [ -h "$self" ]; do
  target=$(readlink "$self")
  case $target in
    /*) self=$target ;;
    *) self=$(dirname "$self")/$target ;;
  esac
done
home=$(CDPATH='' cd -P "$(dirname "$self")" && pwd)
jar=$home/build/vaas.jar
[ -f "$home/src/vaas/Main.java" ] || [ -f "$jar" ] \
  || fail "there is no vaas in $home: call run.sh by its path"
case $home in
  *:*) fail "there is a : in $home, which for Java parts two folders: give it another name" ;;
esac

# Text is UTF-8, and words are the same, whatever the locale. Where there is none for that at all,
# the program refuses settings that have come in changed.
utf8=C.UTF-8
case $(env LC_ALL=$utf8 locale charmap 2> /dev/null) in
  UTF-8 | '') ;;
  *) utf8=$(locale -a | grep -i 'utf-\{0,1\}8$' | head -n 1) ;;
esac
[ -z "$utf8" ] || export LC_ALL="$utf8"
export LANGUAGE= # it wins over C.UTF-8, though not over C

# Settings in .env: NAME=value lines, the last of a name; what the environment has already wins.
# Never executed. Quotes end a value, and a blank and # after it begin a comment. A relative folder
# there is meant from that file, as is the default of MEMORY_DIR; one in the environment from the
# current folder.
blank='[[:blank:]]'
comments="
  s/^\($blank*\"[^\"]*\"\)$blank$blank*#.*/\1/; t
  s/^\($blank*'[^']*'\)$blank$blank*#.*/\1/; t
  /^$blank*[\"']/ !s/$blank$blank*#.*//
"
byte_order_mark=$(printf '\357\273\277')
names=' '
if [ -d "$home/.env" ]; then
  fail ".env is a folder, where a file of NAME=value lines is expected" 2
elif [ -h "$home/.env" ] && [ ! -e "$home/.env" ]; then
  fail ".env is a link that leads nowhere" 2
elif [ -e "$home/.env" ]; then # also a pipe, of a password manager
  [ -r "$home/.env" ] || fail ".env may not be read" 2
  number=0
  while IFS= read -r line || [ -n "$line" ]; do
    number=$((number + 1))
    [ $number -gt 1 ] || line=${line#"$byte_order_mark"}
    line=$(printf '%s' "$line" | tr -d '\r' \
      | sed "s/^$blank*//; s/$blank*\$//; s/^export$blank$blank*//")
    case $line in '' | '#'*) continue ;; esac
    name=$(printf '%s' "${line%%=*}" | sed "s/$blank*\$//")
    value=$(printf '%s' "${line#*=}" | sed "$comments" | sed "s/^$blank*//; s/$blank*\$//")
    case $line in *=*) ;; *) name= ;; esac
    case $name in '' | [0-9]* | *[!A-Za-z0-9_]*)
      fail "line $number of .env is not NAME=value" 2 ;;
    esac
    # In capitals only, so that none is a variable of this script.
    case $name in IFS | *[!A-Z0-9_]*) continue ;; esac
    case $value in
      \"*\") value=${value#\"}; value=${value%\"} ;;
      \'*\') value=${value#\'}; value=${value%\'} ;;
    esac
    case $name in MEMORY_DIR | RESET_BACKUP_DIR | DATABASE_DRIVER)
      case $value in
        '' | /* | '~'[!/]*) ;;
        '~'*) [ -z "${HOME:-}" ] || value=$HOME${value#?} ;;
        *) value=$home/$value ;;
      esac
    esac
    case $names in *" $name "*) ;; *) ! printenv "$name" > /dev/null || continue ;; esac
    # Names that the shell keeps for itself, as bash does UID, are not for the program.
    if (export "$name=$value") 2> /dev/null; then
      export "$name=$value"
      names="$names$name "
    fi
  done < "$home/.env"
fi
export MEMORY_DIR="${MEMORY_DIR:-$home/data}"

# Java: the one that came along, or by JAVA_HOME or PATH.
own=$home/java/bin/java
if [ -x "$own" ]; then
  java=$own
elif [ -n "${JAVA_HOME:-}" ]; then
  case $JAVA_HOME in /*) ;; *) export JAVA_HOME="$PWD/$JAVA_HOME" ;; esac
  java=$JAVA_HOME/bin/java
  [ -x "$java" ] || fail "JAVA_HOME is $JAVA_HOME, but there is no bin/java in it"
else
  java=$(command -v java) || fail "Java is missing: install a JDK 17 or newer, or set JAVA_HOME"
fi
said=$("$java" -version 2>&1) || {
  echo "$said" >&2
  fail "$java does not run, and says why above"
}
version=$(echo "$said" | sed -n 's/.* version "\(1\.\)\{0,1\}\([0-9]*\).*/\2/p' | head -n 1)
[ "${version:-0}" -ge 17 ] 2> /dev/null \
  || fail "$java is Java ${version:-of an unknown version}, but vaas needs 17 or newer"

jdk=$(echo "$said" | sed -n 's/.*(build \([A-Za-z0-9.+_-]*\),.*)$/\1/p')

# Without GNU's make, or in a folder that may not be written, what was built elsewhere still runs.
make=
for name in gmake make; do
  case $("$name" --version 2> /dev/null) in 'GNU Make'*) make=$name ;; esac
done
written=$home/build
[ -e "$written" ] || written=$home
if [ -n "$make" ] && [ -w "$written" ] && [ "$java" != "$own" ]; then
  # Behind this shell, which would hear of a signal only after the build.
  builder=
  trap 'kill $builder 2> /dev/null || :; wait; exit 143' HUP INT TERM
  MAKEFLAGS='' "$make" -s -C "$home" "jdk=$jdk" build >&2 &
  builder=$!
  wait $builder || fail "the build failed, see above"
  trap - HUP INT TERM
elif [ ! -f "$jar" ]; then
  [ -n "$make" ] || fail "vaas is not built yet, and there is no GNU make to do it"
  fail "vaas is not built yet, and $written may not be written"
fi

# The collector that the operator picks wins; two are an error. What stands in a file or in quotes
# is not looked into: who writes that picks one. The archive of classes goes with few options: one
# that does not fit may end the JVM.
collector=-XX:+UseSerialGC
archive=$home/build/archive/$jdk
for option in ${JAVA_TOOL_OPTIONS:-} ${JDK_JAVA_OPTIONS:-} ${JAVA_OPTS:-} ${_JAVA_OPTIONS:-}; do
  case $option in -XX:+Use*GC | @* | *[\'\"]*) collector= ;; esac
  case $option in
    *[\'\"]*) archive= ;;
    -D* | -Xmx* | -Xms* | -Xss* | -XX:TieredStopAtLevel=*) ;;
    -XX:*RAMPercentage=* | -XX:*HeapDump*) ;;
    *) archive= ;;
  esac
done
quiet=
if [ -f "$archive" ] && [ "$(cksum < "$archive")" = "$(cat "$archive.sum")" ]; then
  # A misfit is left out without a word; what else the JVM has to say is not for standard output.
  quiet="-Xlog:disable -Xlog:all=warning,cds*=off"
  if [ "$version" -ge 24 ]; then
    quiet="$quiet,aot*=off"
    archive=-XX:AOTCache=$archive
  else
    archive=-XX:SharedArchiveFile=$archive
  fi
  quiet=$quiet:stderr
else
  archive=
fi 2> /dev/null
terminal=
[ ! -t 2 ] || terminal=-Dvaas.terminal=true

# In place of this shell, so that signals and exit codes are the program's own. Out of memory, the
# JDK's server could go deaf while the process lives on; a process that has ended is seen.
# shellcheck disable=SC2086 # JAVA_OPTS holds several words
exec "$java" $collector $terminal -XX:+ExitOnOutOfMemoryError $quiet \
  ${archive:+"$archive"} ${JAVA_OPTS:-} -jar "$jar" "$@"
