#!/bin/sh
# Builds vaas when needed and runs it: ./run.sh --offline, ./run.sh --help
set -eu

# The folder of this file, through any links.
self=$0
while [ -h "$self" ]; do
  target=$(readlink "$self")
  case $target in
    /*) self=$target ;;
    *) self=$(dirname "$self")/$target ;;
  esac
done
home=$(CDPATH='' cd -P "$(dirname "$self")" && pwd)

fail() {
  echo "run.sh: $1" >&2
  exit 1
}

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
names=' '
if [ -f "$home/.env" ]; then
  number=0
  while IFS= read -r line || [ -n "$line" ]; do
    number=$((number + 1))
    line=$(printf '%s' "$line" | tr -d '\r' | sed "s/^$blank*//; s/$blank*\$//")
    case $line in '' | '#'*) continue ;; esac
    line=${line#export }
    name=$(printf '%s' "${line%%=*}" | sed "s/$blank*\$//")
    value=$(printf '%s' "${line#*=}" | sed "$comments" | sed "s/^$blank*//; s/$blank*\$//")
    case $line in *=*) ;; *) name= ;; esac
    case $name in '' | [0-9]* | *[!A-Za-z0-9_]*)
      echo "run.sh: line $number of .env is not NAME=value" >&2; exit 2 ;;
    esac
    # In capitals only, so that none is a variable of this script.
    case $name in IFS | *[!A-Z0-9_]*) continue ;; esac
    case $value in
      \"*\") value=${value#\"}; value=${value%\"} ;;
      \'*\') value=${value#\'}; value=${value%\'} ;;
    esac
    case $name in MEMORY_DIR | RESET_BACKUP_DIR)
      case $value in
        '' | /*) ;;
        '~/'*) value=${HOME:-}/${value#??} ;;
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

# Java, by JAVA_HOME or PATH.
if [ -n "${JAVA_HOME:-}" ]; then
  java=$JAVA_HOME/bin/java
  [ -x "$java" ] || fail "JAVA_HOME is $JAVA_HOME, but there is no bin/java in it"
else
  java=$(command -v java) || fail "Java is missing: install a JDK 17 or newer, or set JAVA_HOME"
fi
version=$("$java" -version 2>&1 \
  | sed -n 's/.* version "\(1\.\)\{0,1\}\([0-9]*\).*/\2/p' | head -n 1)
[ "${version:-0}" -ge 17 ] 2> /dev/null \
  || fail "$java is Java ${version:-of an unknown version}, but vaas needs 17 or newer"

# A machine without make can still run what was built elsewhere.
if command -v make > /dev/null; then
  make -s -C "$home" build >&2 || fail "the build failed, see above"
elif [ ! -f "$home/build/vaas.jar" ]; then
  fail "vaas is not built yet, and there is no make to do it"
fi

# The collector that the operator picks wins; two are an error. What stands in a file or in quotes
# is not looked into: who writes that picks one.
collector=-XX:+UseSerialGC
for option in ${JAVA_TOOL_OPTIONS:-} ${JDK_JAVA_OPTIONS:-} ${JAVA_OPTS:-}; do
  case $option in -XX:+Use*GC | @* | *[\'\"]*) collector= ;; esac
done

# In place of this shell, so that signals and exit codes are the program's own. Out of memory, the
# JDK's server could go deaf while the process lives on; a process that has ended is seen.
# shellcheck disable=SC2086 # JAVA_OPTS holds several words
exec "$java" $collector -XX:+ExitOnOutOfMemoryError ${JAVA_OPTS:-} \
  -jar "$home/build/vaas.jar" "$@"
