//! The tags of a package's headers that we read, by rpm's numbers.
//!
//! <https://rpm-software-management.github.io/rpm/manual/tags.html>

/// A tag of the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Tag {
    /// In the signature header: length of header and payload, where that is more than 4 GiB.
    SignatureLongSize = 270,
    /// In the signature header: length of the uncompressed payload, where that is more than 4 GiB.
    SignatureLongArchiveSize = 271,
    /// In the signature header: SHA-1 of the header as hex digits.
    SignatureSha1 = 269,
    /// In the signature header: SHA-256 of the header as hex digits.
    SignatureSha256 = 273,
    Name = 1000,
    Version = 1001,
    Release = 1002,
    Epoch = 1003,
    Summary = 1004,
    Description = 1005,
    BuildTime = 1006,
    BuildHost = 1007,
    Size = 1009,
    Vendor = 1011,
    License = 1014,
    Packager = 1015,
    Group = 1016,
    Url = 1020,
    Arch = 1022,
    OldFileNames = 1027,
    FileModes = 1030,
    FileDigests = 1035,
    FileFlags = 1037,
    SourceRpm = 1044,
    ArchiveSize = 1046,
    ProvideName = 1047,
    RequireFlags = 1048,
    RequireName = 1049,
    RequireVersion = 1050,
    ConflictFlags = 1053,
    ConflictName = 1054,
    ConflictVersion = 1055,
    ChangelogTime = 1080,
    ChangelogName = 1081,
    ChangelogText = 1082,
    ObsoleteName = 1090,
    SourcePackage = 1106,
    ProvideFlags = 1112,
    ProvideVersion = 1113,
    ObsoleteFlags = 1114,
    ObsoleteVersion = 1115,
    DirIndexes = 1116,
    BaseNames = 1117,
    DirNames = 1118,
    OldSuggestsName = 1156,
    OldSuggestsVersion = 1157,
    OldSuggestsFlags = 1158,
    OldEnhancesName = 1159,
    OldEnhancesVersion = 1160,
    OldEnhancesFlags = 1161,
    LongSize = 5009,
    RecommendName = 5046,
    RecommendVersion = 5047,
    RecommendFlags = 5048,
    SuggestName = 5049,
    SuggestVersion = 5050,
    SuggestFlags = 5051,
    SupplementName = 5052,
    SupplementVersion = 5053,
    SupplementFlags = 5054,
    EnhanceName = 5055,
    EnhanceVersion = 5056,
    EnhanceFlags = 5057,
    /// Length of the payload, in packages of format 6.
    PayloadSize = 5112,
}

/// Some numbers mean something else in the signature header.
impl Tag {
    /// Length of header and payload.
    pub(crate) const SIGNATURE_SIZE: Self = Self::Name;
    /// MD5 of header and payload.
    pub(crate) const SIGNATURE_MD5: Self = Self::Summary;
    /// Length of the uncompressed payload.
    pub(crate) const SIGNATURE_ARCHIVE_SIZE: Self = Self::BuildHost;
}
