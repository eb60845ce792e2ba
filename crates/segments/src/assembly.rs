//! Putting the new files together, segment by segment.

use std::mem;

use crate::{
    Grade, Hashing, Layout, Manifest, Package, Piece, Record, Segment, file::File, segment::Written, text_sum::TextSum,
};

/// New files under construction, from segments of the previous ones and new segments.
pub(crate) struct Assembly<'a> {
    layout: &'a Layout,
    previous: Option<&'a Manifest>,
    /// Gives a name to a new record.
    name: Box<dyn FnMut(usize) -> String + Send + 'a>,
    named: usize,
    /// The first segment, until it is known whether it is the only one: what stands before it depends on that.
    held: Option<Run>,
    /// What stands before the first package, once that is settled.
    openings: Option<Vec<String>>,
    /// Whether everything so far stands where it stood in the previous files.
    is_intact: bool,
    segments: Vec<Segment>,
    files: Vec<File<'a>>,
    records: Vec<Record>,
}

enum Run {
    /// A segment of the previous files, by its number.
    Kept(usize),
    Written(Written),
}

/// New files that have all their segments.
pub(crate) struct Assembled {
    pub(crate) ready: Ready,
    pub(crate) hashing: Hashing,
    /// Whether they are the previous files.
    pub(crate) is_unchanged: bool,
}

/// What can be written.
pub(crate) struct Ready {
    /// The next pieces of each output.
    pub(crate) outputs: Vec<Vec<Piece>>,
    pub(crate) records: Vec<Record>,
}

impl<'a> Assembly<'a> {
    pub(crate) fn new(
        layout: &'a Layout,
        previous: Option<&'a Manifest>,
        name: impl FnMut(usize) -> String + Send + 'a,
    ) -> Self {
        Self {
            layout,
            previous,
            name: Box::new(name),
            named: 0,
            held: None,
            openings: None,
            is_intact: false,
            segments: Vec::new(),
            files: File::all(&layout.outputs(), previous),
            records: Vec::new(),
        }
    }

    /// The next segment is this one of the previous files.
    pub(crate) fn keep(&mut self, index: usize) {
        self.push(Run::Kept(index));
    }

    /// The next segment is made of these packages. Of none, none is made.
    pub(crate) fn write(&mut self, packages: &[Package], grade: &Grade) {
        if packages.is_empty() {
            return;
        }
        let record = (self.name)(self.named);
        self.named += 1;
        self.push(Run::Written(Written::new(self.layout, grade, packages, record)));
    }

    fn push(&mut self, run: Run) {
        if self.openings.is_some() {
            self.place(run);
        } else if let Some(first) = self.held.take() {
            self.open(None);
            self.place(first);
            self.place(run);
        } else {
            self.held = Some(run);
        }
    }

    /// Begins the files: as they began before, if they can.
    fn open(&mut self, packages: Option<usize>) {
        let openings = self.layout.openings(packages);
        self.is_intact = self.previous.is_some_and(|previous| previous.openings().eq(&openings));
        for file in &mut self.files {
            if self.is_intact {
                file.open_as_before();
            } else {
                file.open(&openings, &self.layout.fresh);
            }
        }
        self.openings = Some(openings);
    }

    fn place(&mut self, run: Run) {
        match run {
            Run::Kept(index) => {
                let segment = self.previous_segment(index).clone();
                self.is_intact &= index == self.segments.len();
                self.files.iter_mut().for_each(|file| file.keep(index, self.is_intact, &segment.texts));
                self.segments.push(segment);
            }
            Run::Written(Written { segment, record, texts, packed }) => {
                self.is_intact = false;
                let files = self.files.iter_mut().zip(packed);
                files.for_each(|(file, bytes)| file.write(bytes, &texts, &segment.texts));
                self.records.push(Record { name: segment.record.clone(), bytes: record.into() });
                self.segments.push(segment);
            }
        }
    }

    /// Gives away what can be written already.
    pub(crate) fn take(&mut self) -> Ready {
        let outputs = self.files.iter_mut().map(|file| mem::take(&mut file.pieces)).collect();
        Ready { outputs, records: mem::take(&mut self.records) }
    }

    /// No segment follows.
    pub(crate) fn finish(mut self) -> Assembled {
        if self.openings.is_none() {
            let only = self.held.take();
            self.open(Some(match &only {
                None => 0,
                Some(Run::Kept(index)) => self.previous_segment(*index).packages,
                Some(Run::Written(written)) => written.segment.packages,
            }));
            only.into_iter().for_each(|run| self.place(run));
        }
        let Self { layout, previous, openings, is_intact, segments, files, records, .. } = self;
        let is_unchanged = is_intact && previous.is_some_and(|previous| previous.segments.len() == segments.len());
        let openings = openings.expect("the files were begun");
        let end = |(number, opening): (usize, &String)| {
            let closing = layout.streams[number].closing.clone();
            let texts = segments.iter().map(|segment| segment.texts[number]);
            let whole = texts.chain([TextSum::of(&closing)]).fold(TextSum::of(opening), TextSum::then);
            (closing, whole)
        };
        let ends: Vec<_> = openings.iter().enumerate().map(end).collect();
        let (outputs, files) = files.into_iter().map(|file| file.close(&ends, &layout.fresh)).unzip();
        let streams = openings.into_iter().zip(ends).map(|(opening, (closing, _))| (opening, closing)).collect();
        Assembled { ready: Ready { outputs, records }, hashing: Hashing { segments, streams, files }, is_unchanged }
    }

    fn previous_segment(&self, index: usize) -> &'a Segment {
        &self.previous.expect("what is kept was there before").segments[index]
    }
}
