//! How long segments get, and how hard they are packed.

/// How long a segment of a kind gets, and how hard it is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grade {
    /// So many packages at most.
    pub packages: usize,
    /// So many bytes of text, all streams together.
    pub bytes: u64,
    /// The level of gzip, up to 9.
    pub gzip: u32,
    /// The level of zstd, up to 22.
    pub zstd: i32,
}

impl Grade {
    /// What a change writes: short, for it is written again with each package until it is full, and packed at the levels
    /// where both codecs are fast. Of debs it holds some 2 MiB of text: a quarter of that costs zstd 4 % of the size.
    pub const FRESH: Self = Self { packages: 2048, bytes: 4 << 20, gzip: 6, zstd: 3 };
    /// What a merge writes, once: four fresh ones, even if the last package of each reached beyond the bound.
    pub const MERGED: Self = Self { packages: 8192, bytes: 20 << 20, gzip: 9, zstd: 10 };

    /// Whether a segment of so much takes no further package.
    pub(crate) fn is_full(&self, packages: usize, bytes: u64) -> bool {
        packages >= self.packages || bytes >= self.bytes
    }
}
