# Stamps: what a finished step was made from. Same contents, same stamp, nothing to do.
# shellcheck shell=bash

# content_hash PATH…: one hash over names and contents; of a folder, over what git would track of it.
content_hash() {
    local path
    for path in "$@"; do
        if [[ -d $path ]]; then
            git -C "$root" ls-files -z --cached --others --exclude-standard -- "$path" |
                (cd "$root" && { xargs -0 --no-run-if-empty sha256sum 2>/dev/null || true; })
        else
            sha256sum <"$path"
        fi
    done | sha256sum | cut -d' ' -f1
}

# is_stamped NAME HASH
is_stamped() {
    [[ -f $state/stamps/$1 && $(<"$state/stamps/$1") == "$2" ]]
}

# stamp NAME HASH
stamp() {
    mkdir -p "$state/stamps"
    printf '%s\n' "$2" >"$state/stamps/$1"
}
