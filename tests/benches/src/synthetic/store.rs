//! The packages that were made, kept on disk for the next run: a folder for each hundred, whose list is written last.

use std::{
    fs::{self, File},
    ops::Range,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, SystemTime},
};

use super::{Format, Recipe, TIME, deb, recipe::Order, rpm};
use crate::{
    failure::{At, Failure, Result},
    index::Index,
};

/// Another one when the same recipe gives other bytes than before.
const GENERATION: u32 = 3;

const SHARD: usize = 100;

/// A package that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Made {
    /// The name of its file.
    pub(crate) file: String,
    pub(crate) name: String,
    /// As its format writes it, an epoch only for debs.
    pub(crate) version: String,
    pub(crate) arch: String,
}

/// A package that was made, and where it lies.
pub(crate) type Placed = (Made, PathBuf);

/// What a bench of one size works on.
#[derive(Debug, Clone)]
pub(crate) struct Data {
    pub(crate) format: Format,
    /// What is there from the beginning.
    pub(crate) packages: Vec<Placed>,
    /// What is added.
    pub(crate) added: Placed,
    /// What takes the place of the one in the middle: the same in a newer version.
    pub(crate) newer: Placed,
    /// What can be added besides.
    pub(crate) more: Vec<Placed>,
    /// The places of packages that need no other, which can thus be installed by themselves.
    pub(crate) alone: Vec<usize>,
}

impl Data {
    /// The one in the middle, which is replaced.
    pub(crate) fn replaced(&self) -> &Placed {
        &self.packages[self.packages.len() / 2]
    }

    /// The one that is deleted.
    pub(crate) fn deleted(&self) -> &Placed {
        &self.packages[self.packages.len() / 3]
    }
}

/// Packages of one index and one format.
#[derive(Debug)]
pub(crate) struct Store<'a> {
    index: &'a Index,
    order: Order,
    format: Format,
    folder: PathBuf,
}

impl<'a> Store<'a> {
    /// In a folder that may hold those of other indexes as well.
    pub(crate) fn new(index: &'a Index, format: Format, folder: &Path) -> Self {
        let folder = folder.join(format!("{}-{GENERATION}", index.digest)).join(format.ending());
        Self { index, order: Order::new(index.packages.len()), format, folder }
    }

    /// What a bench of so many packages works on; makes what is not there yet.
    pub(crate) fn data(&self, count: usize) -> Result<Data> {
        let mut batches: Vec<_> = (0..=count / SHARD).map(Batch::Hundred).collect();
        batches.push(Batch::Newer(count / 2));
        self.make(batches.iter().copied().filter(|batch| !self.list(*batch).exists()).collect())?;
        let newer = batches.pop().expect("just pushed");
        let mut packages = Vec::new();
        for batch in batches {
            packages.extend(self.read(batch)?);
        }
        let more = packages.split_off(count + 1);
        let added = packages.pop().expect("there is one more than is asked for");
        let newer = self.read(newer)?.pop().expect("each batch holds a package");
        let alone = (0..count).filter(|number| self.is_alone(*number)).collect();
        Ok(Data { format: self.format, packages, added, newer, more, alone })
    }

    fn is_alone(&self, number: usize) -> bool {
        let control = self.order.of(number, &self.index.packages);
        ["Pre-Depends", "Depends", "Recommends", "Conflicts", "Breaks"]
            .iter()
            .all(|name| control.field(name).is_empty())
    }

    /// Makes batches, on all processors.
    fn make(&self, batches: Vec<Batch>) -> Result<()> {
        if batches.is_empty() {
            return Ok(());
        }
        let numbers = batches.iter().flat_map(|batch| batch.numbers());
        let names = numbers.map(|number| self.order.of(number, &self.index.packages).field("Package"));
        let paths = self.index.paths(names)?;
        let next = AtomicUsize::new(0);
        let failure = Mutex::new(None);
        let work = || {
            while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
                let recipes = batch.numbers().map(|number| self.order.recipe(number, &self.index.packages, &paths));
                if let Err(error) = self.write(*batch, recipes) {
                    *failure.lock().expect("nobody panics with it") = Some(error);
                    return;
                }
            }
        };
        let threads = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| (0..threads).for_each(|_| _ = scope.spawn(work)));
        failure.into_inner().expect("nobody panics with it").map_or(Ok(()), Err::<(), Failure>)
    }

    fn write(&self, batch: Batch, recipes: impl Iterator<Item = Recipe>) -> Result<()> {
        let folder = self.folder.join(batch.name());
        fs::create_dir_all(&folder).at(&folder)?;
        let mut list = String::new();
        for recipe in recipes {
            let recipe = if matches!(batch, Batch::Newer(_)) { recipe.newer() } else { recipe };
            let (made, bytes) = match self.format {
                Format::Rpm => rpm::build(&recipe)?,
                Format::Deb => deb::build(&recipe),
            };
            let path = folder.join(&made.file);
            fs::write(&path, bytes).at(&path)?;
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(TIME.into());
            File::open(&path).and_then(|file| file.set_modified(time)).at(&path)?;
            list += &format!("{}\t{}\t{}\t{}\n", made.file, made.name, made.version, made.arch);
        }
        let (path, whole) = (folder.join("list.part"), self.list(batch));
        fs::write(&path, list).at(&path)?;
        fs::rename(&path, &whole).at(&whole)
    }

    fn read(&self, batch: Batch) -> Result<Vec<Placed>> {
        let path = self.list(batch);
        let text = fs::read_to_string(&path).at(&path)?;
        let placed = text.lines().filter_map(|line| {
            let mut parts = line.split('\t').map(str::to_owned);
            let (file, name, version, arch) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
            let path = self.folder.join(batch.name()).join(&file);
            Some((Made { file, name, version, arch }, path))
        });
        Ok(placed.collect())
    }

    fn list(&self, batch: Batch) -> PathBuf {
        self.folder.join(batch.name()).join("list")
    }
}

/// Packages that lie in one folder.
#[derive(Debug, Clone, Copy)]
enum Batch {
    /// A hundred of them in their order.
    Hundred(usize),
    /// One, in a newer version.
    Newer(usize),
}

impl Batch {
    fn name(self) -> String {
        match self {
            Self::Hundred(place) => format!("{place:04}"),
            Self::Newer(number) => format!("newer-{number}"),
        }
    }

    fn numbers(self) -> Range<usize> {
        match self {
            Self::Hundred(place) => place * SHARD..(place + 1) * SHARD,
            Self::Newer(number) => number..number + 1,
        }
    }
}
