# The stack: template.yaml through CloudFormation, as on AWS.
# shellcheck shell=bash

# aws_settings: credentials and endpoint that lead to LocalStack and nowhere else, one NAME=VALUE a line.
aws_settings() {
    cat <<EOF
AWS_ENDPOINT_URL=http://127.0.0.1:$localstack_port
AWS_ACCESS_KEY_ID=test
AWS_SECRET_ACCESS_KEY=test
AWS_REGION=$region
AWS_DEFAULT_REGION=$region
EOF
}

# deploy: makes or updates the stack from .aws-sam/build; resources that did not change stay as they are.
deploy() {
    local pid
    # Made here, because the stack that --resolve-s3 makes for it is waited for in steps of fifteen seconds.
    _aws s3 "colca-deployments" --fail --request PUT
    _sam_deploy &
    pid=$!
    # LocalStack does not roll back, and what it says instead `sam` waits on for an hour.
    while kill -0 "$pid" 2>/dev/null; do
        sleep 1
        if stack_is_broken; then
            sleep 2
            kill "$pid" 2>/dev/null || true
            fail "" "The stack is $(_stack_status). What CloudFormation says:" "$(_failures)"
        fi
    done
    wait "$pid"
}

# stack_is_broken: whether it is in a state from which LocalStack takes no update.
stack_is_broken() {
    [[ $(_stack_status) =~ _FAILED|ROLLBACK ]]
}

_sam_deploy() {
    local settings
    mapfile -t settings < <(aws_settings)
    cd "$root" || exit
    # samconfig.toml holds what its owner deploys to AWS with; none of that is for here.
    echo 'version = 0.1' >"$state/samconfig.toml"
    exec env -u AWS_PROFILE -u AWS_SESSION_TOKEN "${settings[@]}" PATH="$tools_venv/bin:$PATH" \
        SAM_CLI_TELEMETRY=0 SAM_CLI_POLL_DELAY=0.3 AWS_EC2_METADATA_DISABLED=true \
        sam deploy --template-file .aws-sam/build/template.yaml --config-file "$state/samconfig.toml" \
        --stack-name "$stack" --s3-bucket colca-deployments \
        --capabilities CAPABILITY_IAM CAPABILITY_NAMED_IAM CAPABILITY_AUTO_EXPAND \
        --no-confirm-changeset --no-fail-on-empty-changeset --no-progressbar \
        --parameter-overrides "Architecture=$sam_arch" QuietSeconds=1 BuildTimeoutSeconds=30 GraceSeconds=60 \
        "CdnUrl=http://127.0.0.1:$cdn_port"
}

_stack_status() {
    _aws cloudformation "" --data "Action=DescribeStacks&Version=2010-05-15&StackName=$stack" |
        sed -n 's:.*<StackStatus>\([A-Z_]*\)</StackStatus>.*:\1:p'
}

_failures() {
    _aws cloudformation "" --data "Action=DescribeStackEvents&Version=2010-05-15&StackName=$stack" |
        tr '\n' ' ' | sed 's:</member>:\n:g' |
        sed -n 's:.*<LogicalResourceId>\([^<]*\).*_FAILED<.*<ResourceStatusReason>\([^<]*\).*:\1\: \2:p'
}

# _aws SERVICE PATH CURL_OPTION…: one signed request to LocalStack, without the second that a Python takes to start.
_aws() {
    local service=$1 path=$2
    shift 2
    curl --silent --show-error --max-time 30 --user test:test --aws-sigv4 "aws:amz:$region:$service" "$@" \
        "http://127.0.0.1:$localstack_port/$path"
}
