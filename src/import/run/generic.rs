//! An import through a mapping: identity is the source's own reference, or the row's whole content.

use std::collections::{BTreeMap, HashMap, HashSet};

use rayon::prelude::*;

use super::{Done, Job, MonthDone, add_file, add_places, tally};
use crate::{
    import::{
        FileReport, ImportError, ImportReport, Mapping, Rejection,
        generic::{GenericFile, GenericRow, read_generic_file},
        locating::{Located, Locating},
        merge::{Outcome, Whereabouts, merge},
        placing::location_text_hash,
        queue::{Waiting, defaults_among},
        source_files::SourceFile,
    },
    model::{Clock, Month},
    workspace::{Edition, IncidentRow, Incidents, NO_PLACE, State},
};

/// A row with its file and key.
struct Keyed {
    file: usize,
    key: u64,
    row: GenericRow,
    /// Worked out for all rows at once.
    located: Option<Located>,
}

pub(super) fn run(job: &Job<'_>, mapping: &Mapping, files: &[SourceFile], state: &State) -> Result<Done, ImportError> {
    let read: Vec<GenericFile> =
        files.par_iter().map(|file| read_generic_file(file, mapping, job.progress)).collect::<Result<_, _>>()?;
    let (mut reports, mut rejected, mut report) = (Vec::new(), Vec::new(), ImportReport::default());
    let mut rows = Vec::new();
    let mut seen: HashMap<String, String> = HashMap::new();
    for (source_file, file) in files.iter().zip(read) {
        if let Some(twin) = seen.get(&file.digest) {
            report.skipped_files.push(format!("{} (the same content as {twin})", source_file.name()));
            continue;
        }
        seen.insert(file.digest.clone(), source_file.name());
        report.ignored_columns = file.ignored_columns;
        rows.extend(file.rows.into_iter().map(|row| (reports.len(), row)));
        reports.push(file.report);
        rejected.extend(file.rejected);
    }
    let (mut keyed, mut again) = identify(&job.source, rows, &mut reports, &mut rejected);
    let waiting = locate(job, state, &mut keyed, &mut again)?;
    (report.geocoded, report.flags) = waiting.tallies();
    for file in &reports {
        let of_file: Vec<Rejection> = rejected.iter().filter(|r| file.path.ends_with(&r.file)).cloned().collect();
        job.check_share(&file.path, file.rows, &of_file[..of_file.len().min(file.rejected as usize)])?;
    }
    let months = merge_months(job, mapping, keyed, &again, &mut reports, &mut report, state)?;
    for file in reports {
        add_file(&mut report, file);
    }
    Ok(Done { report, rejected, months, waiting: Some(waiting) })
}

/// Gives every row its place, and notes what waits for a person.
fn locate(job: &Job<'_>, state: &State, keyed: &mut [Keyed], again: &mut [Keyed]) -> Result<Waiting, ImportError> {
    let locating = Locating::open(job.workspace, state)?;
    let rows: Vec<&GenericRow> = keyed.iter().chain(again.iter()).map(|k| &k.row).collect();
    let located = locating.locate(&rows);
    let mut waiting = Waiting::default();
    for (keyed, located) in keyed.iter_mut().chain(again).zip(located) {
        waiting.add(&job.source, &keyed.row, &located);
        keyed.located = Some(located);
    }
    Ok(waiting)
}

/// Gives every row its key. Rows that say the same under one reference are one incident (the others count as
/// duplicates, returned by file); rows that contradict each other under one reference are all rejected, so
/// that the order of rows and files decides nothing. Without a reference equal rows are as many incidents.
fn identify(
    source: &str,
    rows: Vec<(usize, GenericRow)>,
    reports: &mut [FileReport],
    rejected: &mut Vec<Rejection>,
) -> (Vec<Keyed>, Vec<Keyed>) {
    let mut by_id: HashMap<String, HashSet<blake3::Hash>> = HashMap::new();
    for (_, row) in rows.iter().filter(|(_, row)| !row.id.is_empty()) {
        by_id.entry(row.id.clone()).or_default().insert(row.content());
    }
    let (mut keyed, mut again) = (Vec::new(), Vec::new());
    let mut taken: HashSet<String> = HashSet::new();
    let mut equal: HashMap<blake3::Hash, u64> = HashMap::new();
    for (file, row) in rows {
        let text = if row.id.is_empty() {
            let content = row.content();
            let nth = equal.entry(content).or_default();
            *nth += 1;
            format!("{}\u{1f}{nth}", content.to_hex())
        } else if by_id[&row.id].len() > 1 {
            let reason = "the same reference stands on rows that say different things";
            let mut rejection = Rejection::new(row.line, "id", row.id.as_bytes(), reason);
            let path = std::path::Path::new(&reports[file].path);
            rejection.file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            rejected.push(rejection);
            reports[file].rejected += 1;
            continue;
        } else {
            row.id.clone()
        };
        let hash = blake3::derive_key("places incident_key mapping v1", format!("{source}\u{1f}{text}").as_bytes());
        let key = u64::from_le_bytes(*hash.first_chunk().unwrap_or(&[0; 8]));
        let first = row.id.is_empty() || taken.insert(row.id.clone());
        if first { &mut keyed } else { &mut again }.push(Keyed { file, key, row, located: None });
    }
    (keyed, again)
}

fn month_of(row: &GenericRow) -> Month {
    Clock::london().local(row.when.start_us).0.month()
}

/// The rows of a month as incidents.
fn build(job: &Job<'_>, mapping: &Mapping, rows: &[Keyed]) -> Incidents {
    let names: Vec<&str> = mapping.columns.keep.iter().map(String::as_str).collect();
    let mut incidents = Incidents::new(&job.placer.layer_names(), &names);
    let mut positions = Vec::new();
    for Keyed { key, row, located, .. } in rows {
        positions.push(located.as_ref().and_then(|l| l.position));
        let texts = row.attributes.iter().enumerate();
        let attributes: Vec<u32> = texts.map(|(i, text)| incidents.attribute_code(i, text)).collect();
        incidents.push(&IncidentRow {
            key: *key,
            source_ref: &row.id,
            category: &row.category,
            when: row.when,
            place: NO_PLACE,
            location_text_hash: location_text_hash(&row.place.words()),
            attributes: &attributes,
        });
    }
    job.placer.place_rows(&mut incidents, &positions);
    incidents
}

fn merge_months(
    job: &Job<'_>,
    mapping: &Mapping,
    keyed: Vec<Keyed>,
    again: &[Keyed],
    reports: &mut [FileReport],
    report: &mut ImportReport,
    state: &State,
) -> Result<Vec<MonthDone>, ImportError> {
    let mut by_month: BTreeMap<Month, Vec<Keyed>> = BTreeMap::new();
    for row in keyed {
        by_month.entry(month_of(&row.row)).or_default().push(row);
    }
    let partitions = job.partitions(state)?;
    let mut stored: BTreeMap<Month, Incidents> = BTreeMap::new();
    for &month in partitions.keys() {
        stored.extend(job.stored(&partitions, month)?.map(|incidents| (month, incidents)));
    }
    // A record whose date was corrected leaves the month it was in.
    let new_month: HashMap<u64, Month> =
        by_month.iter().flat_map(|(&month, rows)| rows.iter().map(move |r| (r.key, month))).collect();
    let moved: HashSet<u64> = stored
        .iter()
        .flat_map(|(&month, s)| (0..s.len()).map(move |i| (month, s.key(i))))
        .filter(|(month, key)| new_month.get(key).is_some_and(|m| m != month))
        .map(|(_, key)| key)
        .collect();
    let again_whereabouts = build(job, mapping, again);
    add_places(report, &Whereabouts::of(&again_whereabouts, &job.placer));
    for row in again {
        tally(&mut reports[row.file], std::iter::once(Outcome::Duplicate));
    }
    let months: std::collections::BTreeSet<Month> = by_month.keys().chain(stored.keys()).copied().collect();
    let mut done = Vec::new();
    let mut sets = Vec::new();
    for month in months {
        let rows = by_month.remove(&month).unwrap_or_default();
        let received = !rows.is_empty();
        let old = stored.get(&month);
        let leaves = old.is_some_and(|s| (0..s.len()).any(|i| moved.contains(&s.key(i))));
        if !received && !leaves {
            continue;
        }
        let new = build(job, mapping, &rows);
        sets.push(new.clone());
        add_places(report, &Whereabouts::of(&new, &job.placer));
        let replaces = job.request.replace && received;
        let mut merged = merge(new, old, |s, i| replaces || moved.contains(&s.key(i)));
        for (row, outcome) in rows.iter().zip(&mut merged.outcomes) {
            if moved.contains(&row.key) {
                *outcome = Outcome::Updated;
            }
            tally(&mut reports[row.file], std::iter::once(*outcome));
        }
        let left = old.map_or(0, |s| (0..s.len()).filter(|&i| moved.contains(&s.key(i))).count() as u64);
        merged.removed -= left.min(merged.removed);
        let edition = Edition {
            source: job.source.clone(),
            part: String::new(),
            month,
            digest: String::new(),
            rows: merged.incidents.len() as u64,
        };
        let mut month = job.write(month, merged)?;
        month.editions.push(edition);
        done.push(month);
    }
    report.probable_defaults = defaults_among(&sets.iter().collect::<Vec<_>>());
    Ok(done)
}
