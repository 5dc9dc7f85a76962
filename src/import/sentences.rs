//! What became of the rows of an import, in sentences: one for each part of the source, one for each file.

use std::collections::BTreeMap;

use super::{FileReport, ImportReport, POLICE_UK};
use crate::model::{districts_of_force, is_network, thousands};

/// Share of a part's rows that lie outside the study area from which that is explained.
const MOSTLY: f64 = 0.5;

/// Sentences on parts, where there are several files, and on files.
pub(super) fn sentences(report: &ImportReport) -> Vec<String> {
    let dry = report.dry_run;
    let mut parts: BTreeMap<&str, (FileReport, usize)> = BTreeMap::new();
    for file in &report.files {
        let (sum, files) = parts.entry(&file.part).or_default();
        add(sum, file);
        *files += 1;
    }
    let of_parts = parts.iter().filter(|_| report.files.len() > 1).map(|(part, (sum, files))| {
        let name = if part.is_empty() { &report.source } else { *part };
        let why = explanation(&report.source, part, sum);
        format!("{name}, {}: {}{why}", counted(*files as u64, "file"), sentence(sum, dry))
    });
    let of_files = report.files.iter().map(|file| {
        let name = std::path::Path::new(&file.path).file_name().unwrap_or_default().to_string_lossy();
        let only = report.files.len() == 1;
        let why = if only { explanation(&report.source, &file.part, file) } else { String::new() };
        format!("{name}: {}{why}", sentence(file, dry))
    });
    of_parts.chain(of_files).collect()
}

fn add(sum: &mut FileReport, file: &FileReport) {
    sum.rows += file.rows;
    sum.imported += file.imported;
    sum.updated += file.updated;
    sum.duplicates += file.duplicates;
    sum.rejected += file.rejected;
    sum.placed += file.placed;
    sum.outside_study_area += file.outside_study_area;
    sum.not_located += file.not_located;
}

/// "120 rows, of which 118 imported and 2 rejected; 110 lie in the study area, 6 outside it, 2 have no place".
fn sentence(file: &FileReport, dry: bool) -> String {
    if file.rows == 0 {
        return "no row".to_owned();
    }
    let [imported, updated, rejected] = if dry {
        ["would be imported", "would be updated", "would be rejected"]
    } else {
        ["imported", "updated", "rejected"]
    };
    let outcomes = [
        (file.imported, imported),
        (file.updated, updated),
        (file.duplicates, "there already"),
        (file.rejected, rejected),
    ];
    let places = [
        (file.placed, "in the study area"),
        (file.outside_study_area, "outside it"),
        (file.not_located, "without a place"),
    ];
    let list = |counts: &[(u64, &str)]| {
        let some = counts.iter().filter(|(n, _)| *n > 0);
        some.map(|(n, what)| format!("{} {what}", thousands(*n))).collect::<Vec<_>>().join(", ")
    };
    let places = list(&places);
    let places = if places.is_empty() { places } else { format!("; {places}") };
    format!("{}: {}{places}", counted(file.rows, "row"), list(&outcomes))
}

/// Why most of a part's rows lie outside, where the part itself says it.
fn explanation(source: &str, part: &str, sum: &FileReport) -> String {
    let outside = sum.outside_study_area as f64;
    if source != POLICE_UK || part.is_empty() || outside <= MOSTLY * (sum.rows - sum.rejected) as f64 {
        return String::new();
    }
    match (is_network(part), districts_of_force(part).is_some()) {
        (true, _) => " (it records what happens on a whole network)".to_owned(),
        (_, true) => format!(" ({part} polices other districts; what its file has inside is counted)"),
        _ => String::new(),
    }
}

fn counted(n: u64, what: &str) -> String {
    format!("{} {what}{}", thousands(n), if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_stands_in_a_sentence() {
        let file = |part: &str, path: &str, placed, outside| FileReport {
            path: path.to_owned(),
            part: part.to_owned(),
            rows: placed + outside + 3,
            imported: placed + outside + 2,
            rejected: 1,
            placed,
            outside_study_area: outside,
            not_located: 2,
            ..FileReport::default()
        };
        let mut report = ImportReport { source: "police.uk".to_owned(), ..ImportReport::default() };
        report.add_file(file("norfolk", "d/2025-01-norfolk-street.csv", 1_000, 4));
        report.add_file(file("suffolk", "d/2025-01-suffolk-street.csv", 7, 800));
        assert!(report.files.iter().all(|f| f.rows == f.placed + f.outside_study_area + f.not_located + f.rejected));
        assert_eq!(
            sentences(&report),
            [
                "norfolk, 1 file: 1,007 rows: 1,006 imported, 1 rejected; 1,000 in the study area, 4 outside it, 2 without a place",
                "suffolk, 1 file: 810 rows: 809 imported, 1 rejected; 7 in the study area, 800 outside it, 2 without a place (suffolk \
                 polices other districts; what its file has inside is counted)",
                "2025-01-norfolk-street.csv: 1,007 rows: 1,006 imported, 1 rejected; 1,000 in the study area, 4 outside it, 2 without a place",
                "2025-01-suffolk-street.csv: 810 rows: 809 imported, 1 rejected; 7 in the study area, 800 outside it, 2 without a place",
            ]
        );
        report.dry_run = true;
        assert!(sentences(&report)[0].contains("1,006 would be imported"));
    }
}
