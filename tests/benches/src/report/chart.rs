//! A chart (<https://www.w3.org/TR/SVG2/>): CPU over size, both by powers of ten; one panel a format and work, one line a
//! subject.

use std::fmt::Write;

use super::{
    Results,
    series::{Series, best, sizes},
};
use crate::{subject::Work, synthetic::Format};

const PANEL: (f64, f64) = (260.0, 220.0);
const LEFT: f64 = 60.0;
const TOP: f64 = 70.0;
/// Between two panels, with room for what stands at their axes; the legend of a row is below it.
const GAP: (f64, f64) = (30.0, 110.0);
/// Colours that people who see fewer of them can tell apart (Okabe and Ito).
const COLOURS: [&str; 7] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];

/// The whole picture.
pub(crate) fn svg(results: &Results) -> String {
    let formats: Vec<_> =
        [Format::Rpm, Format::Deb].into_iter().filter(|format| !sizes(&results.series, *format).is_empty()).collect();
    let width = LEFT + Work::ALL.len() as f64 * (PANEL.0 + GAP.0);
    let height = TOP + formats.len() as f64 * (PANEL.1 + GAP.1);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    label(&mut svg, (LEFT, 24.0), "start", "CPU seconds of all processes, by the size of the repository (medians)");
    label(&mut svg, (LEFT, 42.0), "start", &results.machine.line());
    for (row, format) in formats.into_iter().enumerate() {
        let top = TOP + row as f64 * (PANEL.1 + GAP.1);
        let of_format: Vec<_> = results.series.iter().filter(|one| one.format == format).collect();
        let axes = Axes::around(&of_format);
        let mut subjects: Vec<_> = of_format.iter().map(|one| one.subject.as_str()).collect();
        subjects.dedup();
        let subjects = subjects.iter().enumerate().filter(|(place, one)| !subjects[..*place].contains(one));
        let subjects: Vec<_> = subjects.map(|(_, one)| *one).collect();
        for (column, work) in Work::ALL.into_iter().enumerate() {
            let corner = (LEFT + column as f64 * (PANEL.0 + GAP.0), top);
            axes.draw(&mut svg, corner, column == 0);
            label(
                &mut svg,
                (corner.0 + PANEL.0 / 2.0, top - 6.0),
                "middle",
                &format!("{}: {}", format.ending(), work.title()),
            );
            for (subject, colour) in subjects.iter().zip(COLOURS.iter().cycle()) {
                let points = points(&results.series, format, work, subject);
                axes.line(&mut svg, corner, colour, &points);
            }
        }
        for (place, (subject, colour)) in subjects.iter().zip(COLOURS.iter().cycle()).enumerate() {
            let (x, y) = (LEFT + (place % 4) as f64 * 280.0, top + PANEL.1 + 42.0 + (place / 4) as f64 * 18.0);
            writeln!(svg, "<rect x=\"{x}\" y=\"{}\" width=\"14\" height=\"4\" fill=\"{colour}\"/>", y - 6.0)
                .expect("memory");
            label(&mut svg, (x + 20.0, y), "start", subject);
        }
    }
    svg + "</svg>\n"
}

/// Size and CPU.
fn points(all: &[Series], format: Format, work: Work, subject: &str) -> Vec<(f64, f64)> {
    let of_size = |size| {
        let best = best(all, format, size, work);
        best.into_iter().find(|one| one.subject == subject).map(|one| (size as f64, one.median.cpu))
    };
    sizes(all, format).into_iter().filter_map(of_size).collect()
}

/// The exponents between which a row of panels lies.
struct Axes {
    size: (i32, i32),
    cpu: (i32, i32),
}

impl Axes {
    fn around(series: &[&Series]) -> Self {
        let around = |values: &dyn Fn(&Series) -> f64| {
            // What took less than the clock can tell stands at the bottom.
            let exponents = series.iter().map(|one| values(one).max(0.001).log10());
            let (least, most) =
                exponents.fold((f64::MAX, f64::MIN), |(least, most), one| (least.min(one), most.max(one)));
            (least.floor() as i32, (most.ceil() as i32).max(least.floor() as i32 + 1))
        };
        Self { size: around(&|one| one.packages as f64), cpu: around(&|one| one.median.cpu) }
    }

    /// Where a point lies.
    fn place(&self, corner: (f64, f64), (size, cpu): (f64, f64)) -> (f64, f64) {
        let part = |value: f64, (least, most): (i32, i32)| {
            (value.max(0.001).log10() - f64::from(least)) / f64::from(most - least)
        };
        (corner.0 + PANEL.0 * part(size, self.size), corner.1 + PANEL.1 * (1.0 - part(cpu, self.cpu)))
    }

    fn draw(&self, svg: &mut String, corner: (f64, f64), with_numbers: bool) {
        let lowest = 10_f64.powi(self.cpu.0);
        for exponent in self.size.0..=self.size.1 {
            let (x, _) = self.place(corner, (10_f64.powi(exponent), lowest));
            line(svg, (x, corner.1), (x, corner.1 + PANEL.1));
            label(svg, (x, corner.1 + PANEL.1 + 16.0), "middle", &format!("{}", 10_f64.powi(exponent)));
        }
        for exponent in self.cpu.0..=self.cpu.1 {
            let (_, y) = self.place(corner, (1.0, 10_f64.powi(exponent)));
            line(svg, (corner.0, y), (corner.0 + PANEL.0, y));
            if with_numbers {
                label(svg, (corner.0 - 6.0, y + 4.0), "end", &format!("{} s", 10_f64.powi(exponent)));
            }
        }
    }

    fn line(&self, svg: &mut String, corner: (f64, f64), colour: &str, points: &[(f64, f64)]) {
        let places: Vec<_> = points.iter().map(|point| self.place(corner, *point)).collect();
        let path: Vec<_> = places.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let path = path.join(" ");
        writeln!(svg, "<polyline points=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>")
            .expect("memory");
        for (x, y) in places {
            writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"{colour}\"/>").expect("memory");
        }
    }
}

fn line(svg: &mut String, from: (f64, f64), to: (f64, f64)) {
    let ((x1, y1), (x2, y2)) = (from, to);
    writeln!(svg, "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"#dddddd\"/>")
        .expect("memory");
}

fn label(svg: &mut String, (x, y): (f64, f64), anchor: &str, text: &str) {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>").expect("memory");
}
