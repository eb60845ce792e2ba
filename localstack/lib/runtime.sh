# LocalStack itself: started on this host, stopped, asked how it is.
# shellcheck shell=bash

# localstack_settings: the environment LocalStack runs in, one NAME=VALUE a line.
localstack_settings() {
    cat <<EOF
FILESYSTEM_ROOT=$state/root
OVERRIDE_IN_DOCKER=0
TMPDIR=$state/tmp
GATEWAY_LISTEN=127.0.0.1:$localstack_port
LOCALSTACK_HOST=localhost:$localstack_port
SQS_ENDPOINT_STRATEGY=path
DNS_ADDRESS=0
DISABLE_EVENTS=1
SKIP_SSL_CERT_DOWNLOAD=1
EAGER_SERVICE_LOADING=0
S3_SKIP_SIGNATURE_VALIDATION=0
LAMBDA_RUNTIME_EXECUTOR=process
COLCA_CALLS=$calls_file
LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC=0.01
LAMBDA_KEEPALIVE_MS=600000
DYNAMODB_LOCAL_DIR=$dynamodb_dir
DYNAMODB_IN_MEMORY=1
DYNAMODB_HEAP_SIZE=2g
PROVIDER_OVERRIDE_DYNAMODB=v2
PROVIDER_OVERRIDE_DYNAMODBSTREAMS=v2
EOF
}
# Why, where the name does not tell:
#   OVERRIDE_IN_DOCKER, FILESYSTEM_ROOT  a machine that looks like a container would make it write to /var/lib/localstack
#   LOCALSTACK_HOST, SQS_ENDPOINT_STRATEGY  queue URLs on a name every machine resolves
#   S3_SKIP_SIGNATURE_VALIDATION         the default lets tampered and expired presigned URLs pass
#   COLCA_CALLS                          what the functions did, to be compared with their policies (tests/tests/rights.rs)
#   LAMBDA_KEEPALIVE_MS                  idle processes stay ten minutes, about as on AWS
#   DYNAMODB_HEAP_SIZE                   a listing of 100,000 files does not fit into the default of 256 MB: it is answered with 500
#   PROVIDER_OVERRIDE_DYNAMODB…          the older providers want a Kinesis server from the net

# runtime_hash: of what a running LocalStack has read at its start; and of the template, since an update of its API with
# another route fails ("Stage already exists"), and one of a table with other indexes does too.
runtime_hash() {
    content_hash "$here/requirements.txt" "$here/executor" "$here/lib/runtime.sh" "$root/template.yaml"
}

# start_localstack: in the background, its output in localstack-runtime.log; returns when it answers.
start_localstack() {
    local pid settings
    port_is_closed "$localstack_port" || fail \
        "Port $localstack_port is taken by a program that is not ours. Stop it, then run this again."
    # Everything it knows is in memory: what an earlier one left on disk belongs to nobody.
    rm -rf "$state/tmp" "$state/root" "$state/stamps/deploy" "$env_file"
    mkdir -p "$state/tmp" "$state/root"
    mapfile -t settings < <(localstack_settings)
    (
        cd "$state/root" || exit
        # setsid: Ctrl-C in this terminal is not meant for it.
        exec env -u PYTHONPATH -u AWS_PROFILE -u AWS_ENDPOINT_URL "${settings[@]}" \
            setsid "$localstack_venv/bin/python" -m localstack.runtime.main
    ) >"$logs/localstack-runtime.log" 2>&1 </dev/null &
    pid=$!
    disown
    remember localstack "$pid"
    wait_until 120 _answers_or_ended || true
    localstack_is_healthy || {
        tail -n 20 "$logs/localstack-runtime.log"
        fail "LocalStack did not come up."
    }
}

# localstack_is_healthy: ours runs and answers.
localstack_is_healthy() {
    pid_of localstack >/dev/null &&
        curl --silent --fail --max-time 5 --output /dev/null "http://127.0.0.1:$localstack_port/_localstack/health"
}

# stop_localstack: with all that it started (functions, DynamoDB), and waits for the port: the next one needs it.
stop_localstack() {
    stop_process localstack 20
    wait_until 20 port_is_closed "$localstack_port"
}

_answers_or_ended() {
    localstack_is_healthy || ! pid_of localstack >/dev/null
}
