#!/usr/bin/env bash
# Runs the shell examples of README.md as they are written there; ./kiln test ends with this.
set -euo pipefail

root=$(cd "$(dirname "$0")/../../../.." && pwd)
work=$(mktemp -d)
up=

finish() {
    if [[ -n $up ]] && kill -TERM "$up" 2>/dev/null; then
        wait "$up" || true
    fi
    rm -rf "$work"
}
trap finish EXIT

# The file that the import example names, in place of what mmdebstrap would download: any root file system will do.
make_image() {
    mkdir -p tree/bin tree/etc
    cp "$(command -v busybox)" tree/bin/busybox
    ln -s busybox tree/bin/sh
    echo 'root:x:0:0:root:/root:/bin/sh' >tree/etc/passwd
    tar --zstd -cf debian.tar.zst -C tree .
}

# The template that is shown.
make_template() {
    awk '/^```yaml$/ {on = 1; next} /^```/ {on = 0} on' "$root/README.md" >golden.yml
}

# The lines of that beginning that the example before has printed.
paste_line() {
    local line
    line=$(grep "^$1" example.log)
    eval "$line"
    [[ -n ${line#"$1"} ]]
}

start_up() {
    # Without bash in between, so that the signal at the end reaches Kiln itself.
    # shellcheck disable=SC2086 # the words of an example
    "$root/kiln" ${1#./kiln } >up.log 2>&1 &
    up=$!
    for _ in $(seq 600); do
        grep -q '^Kiln is ready: http://127.0.0.1:8080$' up.log && return
        kill -0 "$up" 2>/dev/null || break
        sleep 0.5
    done
    cat up.log >&2
    return 1
}

cd "$work"
ln -s "$root/kiln" kiln
make_template
passed=0
mapfile -t examples < <(awk '/^```sh$/ {on = 1; next} /^```/ {on = 0} on' "$root/README.md" | sed 's/  *#.*//' | grep .)
for example in "${examples[@]}"; do
    case $example in
        './kiln test') continue ;; # is what runs this
        'docker compose'*) printf 'README: "%s" is tried by hand, it needs a container engine\n' "$example" && continue ;;
        './kiln up'*) start_up "$example" ;;
        'mmdebstrap'*) make_image ;;
        'export KILN_ACCESS_KEY_'*'=…') paste_line "${example%…}" ;;
        *) eval "$example" >example.log 2>&1 || { printf 'README: "%s" failed\n' "$example" && cat example.log && exit 1; } ;;
    esac
    printf 'README: "%s" works\n' "$example"
    passed=$((passed + 1))
done
# On a terminal there are colours, elsewhere none.
if [[ $(env -u NO_COLOR TERM=xterm script -qec './kiln images' /dev/null) != *$'\e['* || $(./kiln images) == *$'\e['* ]]; then
    printf 'docs/cli.md: a terminal is not noticed, or something else is taken for one\n'
    exit 1
fi
printf '%d passed, 0 failed\n' "$passed"
