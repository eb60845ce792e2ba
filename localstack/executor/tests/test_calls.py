"""Which rights a request needs, and whose it is."""

import unittest

from colca_process_executor import calls


class CallsTest(unittest.TestCase):
    def assert_needs(self, service: str, operation: str, request: dict[str, object], *expected: str) -> None:
        found = [f"{action} {resource}" for action, resource in calls.wishes(service, operation, request)]
        self.assertEqual(list(expected), found)

    def test_an_object_goes_by_its_kind(self) -> None:
        self.assert_needs("s3", "HeadObject", {"Bucket": "b", "Key": "repos/p/main/a.rpm"}, "s3:GetObject b/repos/x")
        self.assert_needs("s3", "GetObject", {"Bucket": "b", "Key": "state/lists/p/1"}, "s3:GetObject b/state/lists/x")
        self.assert_needs("s3", "PutObject", {"Bucket": "b", "Key": "state/keys.json"}, "s3:PutObject b/state/keys.json")
        self.assert_needs("s3", "ListObjectVersions", {"Bucket": "b", "Prefix": "x"}, "s3:ListBucketVersions b")
        version = {"Bucket": "b", "Key": "repos/p/a", "VersionId": "1"}
        self.assert_needs("s3", "DeleteObject", version, "s3:DeleteObjectVersion b/repos/x")

    def test_a_copy_reads_and_writes(self) -> None:
        copy = {"Bucket": "b", "Key": "repos/p/a", "CopySource": "in/incoming/1/a%20b"}
        needs = ["s3:PutObject b/repos/x", "s3:GetObject in/incoming/x"]
        self.assert_needs("s3", "CopyObject", copy, *needs)
        self.assert_needs("s3", "UploadPartCopy", copy, *needs)
        version = {**copy, "CopySource": "in/incoming/1/a?versionId=1"}
        self.assert_needs("s3", "CopyObject", version, needs[0], "s3:GetObjectVersion in/incoming/x")
        tagged = {**copy, "TaggingDirective": "REPLACE"}
        self.assert_needs("s3", "CopyObject", tagged, *needs, "s3:PutObjectTagging b/repos/x")

    def test_tables_and_their_indexes(self) -> None:
        transaction = {"TransactItems": [{"Put": {"TableName": "t"}}, {"ConditionCheck": {"TableName": "u"}}]}
        needs = ["dynamodb:PutItem t", "dynamodb:ConditionCheckItem u"]
        self.assert_needs("dynamodb", "TransactWriteItems", transaction, *needs)
        batch = {"RequestItems": {"t": [], "u": []}}
        self.assert_needs("dynamodb", "BatchWriteItem", batch, "dynamodb:BatchWriteItem t", "dynamodb:BatchWriteItem u")
        query = {"TableName": "t", "IndexName": "due"}
        self.assert_needs("dynamodb", "Query", query, "dynamodb:Query t/index/due")

    def test_queues_and_secrets(self) -> None:
        self.assert_needs("sqs", "SendMessage", {"QueueUrl": "http://h/0/q"}, "sqs:SendMessage q")
        self.assert_needs("secretsmanager", "GetSecretValue", {"SecretId": "s"}, "secretsmanager:GetSecretValue s")
        self.assert_needs("kms", "Sign", {"KeyId": "k"}, "kms:Sign k")

    def test_whose_request_it_is(self) -> None:
        calls.introduce("LSIA1", "ingest")
        signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=LSIA1/20260101/eu-west-1/s3/aws4_request, Signature=0"}
        self.assertEqual("ingest", calls.caller(signed, {}))
        self.assertEqual("ingest", calls.caller({}, {"X-Amz-Credential": "LSIA1/20260101/eu-west-1/s3/aws4_request"}))
        self.assertIsNone(calls.caller({"Authorization": "AWS4-HMAC-SHA256 Credential=another/1/2"}, {}))
        self.assertIsNone(calls.caller({}, {}))
