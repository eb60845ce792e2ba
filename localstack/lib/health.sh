# The deployed stack, as a user meets it.
# shellcheck shell=bash

# write_env_file: .localstack/env, from the stack's outputs and its secret.
write_env_file() {
    local settings
    mapfile -t settings < <(aws_settings)
    env -u AWS_PROFILE -u AWS_SESSION_TOKEN "${settings[@]}" \
        "$localstack_venv/bin/python" "$here/lib/write_env.py" "$stack" "http://127.0.0.1:$cdn_port" "$env_file"
}

# start_cdn: nginx in front of the store bucket that the stack has made.
start_cdn() {
    (
        # shellcheck disable=SC1090
        source "$env_file"
        "$here/cdn/start" "$COLCA_STORE_BUCKET"
    )
}

# wait_for_api: until GET /health/ is 204.
wait_for_api() {
    (
        # shellcheck disable=SC1090
        source "$env_file"
        wait_until 60 _api_is_healthy "$COLCA_API/health/" || {
            curl --silent --show-error --include --max-time 10 "$COLCA_API/health/" || true
            fail "" "No 204 from $COLCA_API/health/ in 60 s. The functions' logs: .localstack/logs/localstack-runtime.log"
        }
    )
}

_api_is_healthy() {
    [[ $(curl --silent --max-time 20 --output /dev/null --write-out '%{http_code}' "$1") == 204 ]]
}
