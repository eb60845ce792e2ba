//! What each function does, and must not be able to.
//!
//! What a function does was taken from the calls of `crates/store` that its code reaches. Whoever adds one adds it here, and
//! `tests/policies.rs` says whether the template lets it. The names are those of [`crate::policies`].

use crate::policies::{KMS_KEY, SECRET_KEY};

const FRAGMENT: &str = "StoreBucket/state/fragments/01ARZ3NDEKTSV4RRFFQ69G5FAV";

const INCOMING: &str = "IncomingBucket/incoming/01ARZ3NDEKTSV4RRFFQ69G5FAV/a.rpm";
const RECEIVED: &str = "IncomingBucket/received/01ARZ3NDEKTSV4RRFFQ69G5FAV";
const PUBLIC: &str = "StoreBucket/repos/hello/main/HEAD/centos/9/flavors/default/repodata/repomd.xml";
const SETTINGS: &str = "StoreBucket/state/colca.toml";
const KEYS: &str = "StoreBucket/state/keys.json";
const LISTS: &str = "StoreBucket/state/lists/hello/1";
const PATHS: &str = "StoreBucket/state/paths/01ARZ3NDEKTSV4RRFFQ69G5FAV";
const CONTENTS: &str = "StoreBucket/state/contents/hello";
const EXTERNAL: &str = "StoreBucket/state/external/00.json";

/// Some actions of a service, to some resources each. `kms tagged` is KMS with a key that says that it is for us.
pub type Wishes<'a> = &'a [(&'a str, &'a [&'a str], &'a [&'a str])];

/// Reading the configuration, which every function does but the ones that only an administrator wakes.
const CONFIGURATION: Wishes<'_> = &[("s3", &["GetObject"], &[SETTINGS]), ("s3", &["ListBucket"], &["StoreBucket"])];
/// Who asks.
const USER: Wishes<'_> = &[("secretsmanager", &["GetSecretValue"], &["Credentials", "Accounts"])];
/// Signing with the keys of the configuration.
const SIGN: Wishes<'_> = &[
    ("s3", &["GetObject"], &[KEYS]),
    ("secretsmanager", &["GetSecretValue"], &[SECRET_KEY]),
    ("kms", &["Decrypt"], &["KeysKey"]),
    ("kms tagged", &["Sign"], &[KMS_KEY]),
];
/// `crates/intake`: from bytes in a bucket to a file in the catalog.
const TAKE_IN: Wishes<'_> = &[
    ("s3", &["GetObject", "PutObject", "AbortMultipartUpload"], &[PUBLIC]),
    ("s3", &["GetObject", "PutObject", "DeleteObject", "AbortMultipartUpload"], &[RECEIVED]),
    ("s3", &["PutObject"], &[FRAGMENT]),
    (
        "dynamodb",
        &["GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "BatchWriteItem", "ConditionCheckItem"],
        &["CatalogTable"],
    ),
    ("dynamodb", &["GetItem", "UpdateItem", "BatchWriteItem"], &["JobsTable"]),
    ("sqs", &["SendMessage"], &["BuildQueue", "CallbackQueue"]),
];

/// All that nobody but `admin` may: whoever could would be the owner.
const ADMINISTRATION: Wishes<'_> = &[
    ("secretsmanager", &["PutSecretValue"], &["Accounts", "Callbacks", "Credentials"]),
    ("secretsmanager", &["CreateSecret", "DeleteSecret"], &[SECRET_KEY]),
    ("s3", &["PutObject"], &[SETTINGS, KEYS]),
];
/// What no function may at all.
pub const NOBODY: Wishes<'_> = &[
    ("s3", &["DeleteBucket", "PutBucketPolicy"], &["StoreBucket", "IncomingBucket"]),
    ("s3", &["PutObjectAcl"], &[PUBLIC]),
    ("dynamodb", &["DeleteTable", "UpdateTable", "Scan"], &["CatalogTable", "JobsTable"]),
    ("sqs", &["PurgeQueue", "DeleteQueue"], &["BuildQueue", "IngestQueue", "ImportQueue", "CallbackQueue"]),
    ("secretsmanager", &["PutSecretValue", "DeleteSecret"], &["Credentials"]),
    ("secretsmanager", &["GetSecretValue"], &["arn:aws:secretsmanager:eu-west-1:1:secret:another"]),
    ("kms", &["Sign", "GetPublicKey"], &[KMS_KEY]), // one that does not say that it is for us
    ("kms", &["ScheduleKeyDeletion", "PutKeyPolicy"], &["KeysKey"]),
    ("iam", &["PassRole"], &["*"]),
    ("lambda", &["InvokeFunction"], &["UploadFunction"]),
];

/// What a function does, and what it must not be able to.
#[derive(Debug)]
pub struct Function<'a> {
    /// Its folder.
    pub folder: &'a str,
    /// What its code calls.
    pub does: &'a [Wishes<'a>],
    /// What would make another function's rights worth less.
    pub must_not: &'a [Wishes<'a>],
}

/// All of them.
pub const FUNCTIONS: [Function<'_>; 9] = [
    Function {
        folder: "upload",
        does: &[
            CONFIGURATION,
            USER,
            SIGN,
            TAKE_IN,
            &[
                // The presigned URLs are signed by it.
                ("s3", &["PutObject", "ListMultipartUploadParts"], &[INCOMING]),
                ("s3", &["ListBucket"], &["IncomingBucket"]),
                ("dynamodb", &["PutItem"], &["JobsTable"]),
            ],
        ],
        must_not: &[
            ADMINISTRATION,
            &[
                ("s3", &["GetObject"], &[FRAGMENT, LISTS, EXTERNAL]),
                ("s3", &["GetObject", "DeleteObject"], &[INCOMING]), // what others upload
                ("s3", &["DeleteObject"], &[PUBLIC]),
                ("dynamodb", &["DeleteItem"], &["CatalogTable", "JobsTable"]),
                ("sqs", &["SendMessage"], &["IngestQueue", "ImportQueue"]),
            ],
        ],
    },
    Function {
        folder: "ingest",
        does: &[
            CONFIGURATION,
            SIGN,
            TAKE_IN,
            &[
                ("s3", &["GetObject", "DeleteObject"], &[INCOMING]),
                ("s3", &["ListBucket"], &["IncomingBucket"]),
                ("dynamodb", &["PutItem"], &["JobsTable"]),
                ("sqs", &["SendMessage"], &["IngestQueue"]),
            ],
        ],
        must_not: &[
            ADMINISTRATION,
            USER,
            &[
                ("s3", &["PutObject"], &[INCOMING]), // what it is to check
                ("s3", &["DeleteObject"], &[PUBLIC]),
                ("dynamodb", &["DeleteItem"], &["CatalogTable", "JobsTable"]),
                ("sqs", &["SendMessage"], &["ImportQueue"]),
            ],
        ],
    },
    Function {
        folder: "import",
        does: &[
            CONFIGURATION,
            SIGN,
            TAKE_IN,
            &[
                ("s3", &["GetObject"], &["IncomingBucket/import/a.rpm"]),
                ("s3", &["ListBucket"], &["IncomingBucket"]),
                // Copies of what lies in other buckets are to have no tags.
                ("s3", &["PutObjectTagging"], &[RECEIVED, PUBLIC]),
                ("s3", &["GetObject", "PutObject"], &[EXTERNAL]),
                ("dynamodb", &["PutItem", "DeleteItem"], &["JobsTable"]),
                ("sqs", &["SendMessage"], &["ImportQueue"]),
            ],
        ],
        must_not: &[
            ADMINISTRATION,
            USER,
            &[
                ("s3", &["GetObject", "PutObject"], &[INCOMING]), // what others upload
                ("s3", &["PutObject", "DeleteObject"], &["IncomingBucket/import/a.rpm"]), // what is imported
                ("s3", &["DeleteObject"], &[PUBLIC]),
                ("s3", &["GetObject"], &["arn:aws:s3:::elsewhere/a.rpm"]), // without ImportBuckets
                ("dynamodb", &["DeleteItem"], &["CatalogTable"]),
            ],
        ],
    },
    Function {
        folder: "repo-build",
        does: &[
            CONFIGURATION,
            SIGN,
            &[
                ("s3", &["GetObject", "PutObject", "DeleteObject", "AbortMultipartUpload"], &[PUBLIC, RECEIVED]),
                ("s3", &["GetObject", "PutObject"], &[EXTERNAL, PATHS, CONTENTS, LISTS]),
                ("s3", &["GetObject"], &[FRAGMENT]),
                ("s3", &["ListBucket"], &["IncomingBucket"]),
                (
                    "dynamodb",
                    &["GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "BatchWriteItem"],
                    &["CatalogTable"],
                ),
                // GetItem: what somebody asked to have verified.
                ("dynamodb", &["GetItem", "BatchWriteItem", "UpdateItem"], &["JobsTable"]),
                ("sqs", &["SendMessage"], &["BuildQueue", "CallbackQueue"]),
            ],
        ],
        must_not: &[
            ADMINISTRATION,
            USER,
            &[
                ("s3", &["GetObject", "PutObject"], &[INCOMING]),
                ("s3", &["DeleteObjectVersion"], &[PUBLIC]), // so that what it deletes can be brought back
                ("dynamodb", &["DeleteItem"], &["JobsTable"]),
                ("sqs", &["SendMessage"], &["IngestQueue", "ImportQueue"]),
            ],
        ],
    },
    Function {
        folder: "callback",
        does: &[
            CONFIGURATION,
            &[
                ("secretsmanager", &["GetSecretValue"], &["Callbacks"]),
                ("dynamodb", &["GetItem", "Query"], &["CatalogTable"]),
                ("sqs", &["ChangeMessageVisibility"], &["CallbackQueue"]),
            ],
        ],
        must_not: &[
            ADMINISTRATION,
            USER,
            SIGN,
            &[
                ("s3", &["GetObject", "PutObject", "DeleteObject"], &[PUBLIC, INCOMING, FRAGMENT]),
                ("dynamodb", &["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"], &["CatalogTable"]),
                ("sqs", &["SendMessage"], &["BuildQueue", "IngestQueue", "ImportQueue"]),
            ],
        ],
    },
    Function {
        folder: "catalog",
        does: &[
            CONFIGURATION,
            USER,
            &[
                ("dynamodb", &["GetItem", "Query"], &["CatalogTable"]),
                ("dynamodb", &["Query"], &["CatalogTable/index/project-index"]),
                ("s3", &["GetObject"], &[PUBLIC]),
                // Whether all of it can be reached, and whether a repository is to be verified.
                ("dynamodb", &["GetItem"], &["JobsTable"]),
                ("sqs", &["GetQueueAttributes"], &["BuildQueue"]),
            ],
        ],
        must_not: &[
            ADMINISTRATION,
            SIGN,
            &[
                (
                    "dynamodb",
                    &["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"],
                    &["CatalogTable", "JobsTable"],
                ),
                ("dynamodb", &["Query"], &["JobsTable"]),
                ("s3", &["PutObject", "DeleteObject"], &[PUBLIC, FRAGMENT]),
                ("s3", &["GetObject", "PutObject"], &[INCOMING, RECEIVED]),
                ("sqs", &["SendMessage"], &["BuildQueue", "IngestQueue", "ImportQueue"]),
            ],
        ],
    },
    Function {
        folder: "curate",
        does: &[
            CONFIGURATION,
            USER,
            &[
                (
                    "dynamodb",
                    &[
                        "GetItem",
                        "Query",
                        "PutItem",
                        "UpdateItem",
                        "DeleteItem",
                        "BatchWriteItem",
                        "ConditionCheckItem",
                    ],
                    &["CatalogTable"],
                ),
                ("dynamodb", &["BatchWriteItem"], &["JobsTable"]),
                ("sqs", &["SendMessage"], &["BuildQueue", "CallbackQueue"]),
            ],
        ],
        must_not: &[
            ADMINISTRATION,
            SIGN,
            &[
                ("s3", &["GetObject", "PutObject", "DeleteObject"], &[PUBLIC, INCOMING, FRAGMENT]),
                ("dynamodb", &["GetItem", "Query", "UpdateItem"], &["JobsTable"]),
                ("sqs", &["SendMessage"], &["IngestQueue", "ImportQueue"]),
            ],
        ],
    },
    Function {
        folder: "reap",
        does: &[
            CONFIGURATION,
            &[
                ("s3", &["GetObject"], &[KEYS]),
                ("s3", &["GetObject", "AbortMultipartUpload"], &[INCOMING]),
                ("s3", &["GetObject", "DeleteObject", "DeleteObjectVersion"], &[PUBLIC, FRAGMENT, PATHS, LISTS]),
                ("s3", &["ListBucketMultipartUploads", "ListBucketVersions"], &["StoreBucket"]),
                ("s3", &["AbortMultipartUpload"], &[PUBLIC]),
                ("s3", &["ListBucket"], &["IncomingBucket"]),
                (
                    "dynamodb",
                    &[
                        "GetItem",
                        "BatchGetItem",
                        "Query",
                        "PutItem",
                        "UpdateItem",
                        "DeleteItem",
                        "ConditionCheckItem",
                        "BatchWriteItem",
                    ],
                    &["CatalogTable"],
                ),
                ("dynamodb", &["Query"], &["CatalogTable/index/dirty-index", "JobsTable/index/due-index"]),
                (
                    "dynamodb",
                    &["GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"],
                    &["JobsTable"],
                ),
                ("sqs", &["SendMessage"], &["BuildQueue", "IngestQueue", "ImportQueue", "CallbackQueue"]),
                // To whoever is told that we are well.
                ("sqs", &["GetQueueAttributes"], &["BuildQueue"]),
                ("secretsmanager", &["GetSecretValue"], &["Callbacks"]),
            ],
        ],
        must_not: &[
            ADMINISTRATION,
            USER,
            &[
                ("s3", &["PutObject"], &[PUBLIC, INCOMING, FRAGMENT]),
                ("s3", &["DeleteObject", "DeleteObjectVersion"], &[SETTINGS, KEYS, INCOMING]),
                ("secretsmanager", &["GetSecretValue"], &[SECRET_KEY]),
                ("kms", &["Decrypt"], &["KeysKey"]),
                ("kms tagged", &["Sign"], &[KMS_KEY]),
            ],
        ],
    },
    Function {
        folder: "admin",
        does: &[
            CONFIGURATION,
            USER,
            &[
                ("secretsmanager", &["PutSecretValue"], &["Accounts", "Callbacks"]),
                ("secretsmanager", &["CreateSecret", "DeleteSecret"], &[SECRET_KEY]),
                ("kms", &["GenerateDataKey", "Decrypt"], &["KeysKey"]),
                ("kms tagged", &["GetPublicKey", "Sign"], &[KMS_KEY]),
                ("s3", &["GetObject", "PutObject"], &[SETTINGS, KEYS]),
                ("dynamodb", &["GetItem", "BatchGetItem", "Query"], &["CatalogTable"]),
                ("dynamodb", &["GetItem", "PutItem", "UpdateItem", "Query"], &["JobsTable"]),
                ("dynamodb", &["Query"], &["CatalogTable/index/dirty-index", "JobsTable/index/due-index"]),
                ("sqs", &["SendMessage"], &["BuildQueue", "ImportQueue"]),
                ("sqs", &["GetQueueAttributes"], &["BuildQueue", "CallbackQueue", "ReapDlq", "CallbackDlq"]),
            ],
        ],
        must_not: &[&[
            ("secretsmanager", &["GetSecretValue"], &[SECRET_KEY, "Callbacks"]), // it puts away what it cannot take out
            ("secretsmanager", &["PutSecretValue"], &["Credentials"]),
            ("s3", &["GetObject", "PutObject", "DeleteObject"], &[PUBLIC, INCOMING, FRAGMENT]),
            ("dynamodb", &["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"], &["CatalogTable"]),
            ("sqs", &["SendMessage"], &["IngestQueue"]),
        ]],
    },
];
