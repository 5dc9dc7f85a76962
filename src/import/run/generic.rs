//! An import through a mapping: identity is the source's own reference, or the row's whole content.

use std::collections::{BTreeMap, HashMap, HashSet};

use rayon::prelude::*;

use super::job::{Done, Job, MonthDone};
use crate::{
    geocode::{without_contacts, without_personal},
    import::{
        FileReport, ImportError, ImportReport, Mapping, Rejection,
        categories::{check_categories, check_source},
        generic::{GenericFile, GenericRow, read_generic_file},
        locating::{Located, Locating},
        merge::{Outcome, Whereabouts, merge, tally},
        queue::{Waiting, defaults_among},
        received::{deliveries, without_months},
        renamed::Renamed,
        source_files::SourceFile,
        words::Words,
    },
    model::{Clock, Month, fold},
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

pub(super) fn run(
    job: &Job<'_>,
    mapping: &Mapping,
    words: Words,
    files: &[SourceFile],
    state: &State,
) -> Result<Done, ImportError> {
    let read: Vec<GenericFile> =
        files.par_iter().map(|file| read_generic_file(file, mapping, job.progress)).collect::<Result<_, _>>()?;
    let (mut reports, mut rejected, mut report) = (Vec::new(), Vec::new(), ImportReport::default());
    let mut rows = Vec::new();
    let mut seen: HashMap<String, String> = HashMap::new();
    let column = mapping.columns.category.as_deref().unwrap_or_default();
    for (source_file, mut file) in files.iter().zip(read) {
        if let Some(twin) = seen.get(&file.digest) {
            report.skipped_files.push(format!("{} (the same content as {twin})", source_file.name()));
            continue;
        }
        seen.insert(file.digest.clone(), source_file.name());
        reject_later(job, source_file, &mut file);
        check_categories(&source_file.path, column, file.rows.iter().map(|r| r.category.as_str()), file.rows.len())?;
        report.ignored_columns = file.ignored_columns;
        report.notes.extend(file.notes);
        for (word, rows) in file.unknown_precision {
            *report.unknown_precision.entry(word).or_default() += rows;
        }
        rows.extend(file.rows.into_iter().map(|row| (reports.len(), row)));
        reports.push(file.report);
        rejected.extend(file.rejected);
    }
    check_known(job, &words, &rows, state)?;
    let mut of_files: Vec<Vec<&GenericRow>> = vec![Vec::new(); reports.len()];
    rows.iter().for_each(|(file, row)| of_files[*file].push(row));
    let new = deliveries(&job.source, job.request.covers.as_ref(), &of_files);
    let (mut keyed, mut again) = identify(&job.source, &words, rows, &mut reports, &mut rejected);
    let locating = Locating::open(job.workspace, state, words)?;
    let waiting = locate(job, &locating, &mut keyed, &mut again);
    (report.geocoded, report.flags) = waiting.tallies();
    for file in &reports {
        let of_file: Vec<Rejection> = rejected.iter().filter(|r| file.path.ends_with(&r.file)).cloned().collect();
        job.check_share(&file.path, file.rows, &of_file[..of_file.len().min(file.rejected as usize)])?;
    }
    let months = merge_months(
        job,
        &Stored { mapping, words: locating.words() },
        keyed,
        &again,
        &mut reports,
        &mut report,
        state,
    )?;
    for file in reports {
        report.add_file(file);
    }
    let known = state.deliveries()?.into_iter().filter(|d| d.source == job.source).collect();
    let replaced: Vec<Month> = if job.request.replace { months.iter().map(|m| m.month).collect() } else { Vec::new() };
    let mut delivered = without_months(known, &replaced);
    delivered.extend(new);
    Ok(Done { report, rejected, months, waiting: Some(waiting), deliveries: Some(delivered) })
}

/// Rejects rows dated after the day of import: they cannot have happened.
fn reject_later(job: &Job<'_>, source_file: &SourceFile, file: &mut GenericFile) {
    let Some(end) = job.end else { return };
    let day = |row: &GenericRow| Clock::london().local(row.when.start_us).0;
    let (kept, later): (Vec<_>, Vec<_>) = std::mem::take(&mut file.rows).into_iter().partition(|row| day(row) < end);
    file.rows = kept;
    for row in later {
        let date = day(&row).to_string();
        let reason = "dated after the day of import (places.toml, [import] planned, keeps planned events)";
        let mut rejection = Rejection::new(row.line, "when", date.as_bytes(), reason);
        rejection.file = source_file.name();
        file.rejected.push(rejection);
        file.report.rejected += 1;
    }
}

/// Refuses rows that are known by their words alone where those stored were made with another secret.
fn check_known(job: &Job<'_>, words: &Words, rows: &[(usize, GenericRow)], state: &State) -> Result<(), ImportError> {
    if !words.others || job.request.replace {
        return Ok(());
    }
    let stored = job.partitions(state)?;
    let known_by_words = |row: &GenericRow| row.id.is_empty() && !row.place.words().is_empty();
    let months = rows.iter().filter(|(_, row)| known_by_words(row)).map(|(_, row)| month_of(row));
    match months.into_iter().find(|month| stored.contains_key(month)) {
        Some(month) => Err(ImportError::OtherSecret { source_name: job.source.clone(), month: month.to_string() }),
        None => Ok(()),
    }
}

/// Gives every row its place, and notes what waits for a person.
fn locate(job: &Job<'_>, locating: &Locating, keyed: &mut [Keyed], again: &mut [Keyed]) -> Waiting {
    let rows: Vec<(&GenericRow, u64)> = keyed.iter().chain(again.iter()).map(|k| (&k.row, k.key)).collect();
    let located = locating.locate(&rows);
    let mut waiting = Waiting::default();
    for (keyed, located) in keyed.iter_mut().chain(again).zip(located) {
        let words = locating.words().digest(&keyed.row.place.words());
        waiting.add(&job.source, &keyed.row, keyed.key, words, &located);
        keyed.located = Some(located);
    }
    waiting
}

/// Gives every row its key. Rows that say the same under one reference are one incident (the others count as
/// duplicates, returned by file); rows that contradict each other under one reference are all rejected, so
/// that the order of rows and files decides nothing. Without a reference equal rows are as many incidents; what is
/// made of words is keyed.
fn identify(
    source: &str,
    words: &Words,
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
        let of_words = row.id.is_empty() && !row.place.words().is_empty();
        let key = if of_words { words.key(key) } else { key };
        let first = row.id.is_empty() || taken.insert(row.id.clone());
        if first { &mut keyed } else { &mut again }.push(Keyed { file, key, row, located: None });
    }
    (keyed, again)
}

fn month_of(row: &GenericRow) -> Month {
    Clock::london().local(row.when.start_us).0.month()
}

/// What rows become incidents with.
struct Stored<'a> {
    mapping: &'a Mapping,
    words: &'a Words,
}

/// The rows of a month as incidents. Nothing of the words of a row that is withheld is left, and what is kept beside is
/// cleaned.
fn build(job: &Job<'_>, stored: &Stored<'_>, rows: &[Keyed]) -> Incidents {
    let names: Vec<&str> = stored.mapping.columns.keep.iter().map(String::as_str).collect();
    let mut incidents = Incidents::new(&job.placer.layer_names(), &names);
    let mut positions = Vec::new();
    for Keyed { key, row, located, .. } in rows {
        positions.push(located.as_ref().and_then(|l| l.position));
        let withheld = located.as_ref().is_some_and(Located::is_withheld);
        let texts = row.attributes.iter().enumerate();
        let kept = |text| if withheld { without_personal(text) } else { without_contacts(text) };
        let attributes: Vec<u32> = texts.map(|(i, text)| incidents.attribute_code(i, &kept(text))).collect();
        incidents.push(&IncidentRow {
            key: *key,
            source_ref: &row.id,
            category: &row.category,
            when: row.when,
            place: NO_PLACE,
            location_text_hash: if withheld { 0 } else { stored.words.digest(&row.place.words()) },
            attributes: &attributes,
        });
    }
    job.placer.place_rows(&mut incidents, &positions);
    incidents
}

fn merge_months(
    job: &Job<'_>,
    stored_as: &Stored<'_>,
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
    let mut whereabouts: Vec<Whereabouts> = reports.iter().map(|_| Whereabouts::default()).collect();
    let set = build(job, stored_as, again);
    for (i, row) in again.iter().enumerate() {
        whereabouts[row.file].add(&set, i, &job.placer);
        tally(&mut reports[row.file], std::iter::once(Outcome::Duplicate));
    }
    let months: std::collections::BTreeSet<Month> = by_month.keys().chain(stored.keys()).copied().collect();
    let mut done = Vec::new();
    let mut sets = Vec::new();
    let mut categories = Categories::of(&stored);
    let mut renamed = Renamed::default();
    for month in months {
        let rows = by_month.remove(&month).unwrap_or_default();
        let received = !rows.is_empty();
        let old = stored.get(&month);
        let leaves = old.is_some_and(|s| (0..s.len()).any(|i| moved.contains(&s.key(i))));
        if !received && !leaves {
            continue;
        }
        let new = build(job, stored_as, &rows);
        sets.push(new.clone());
        rows.iter().enumerate().for_each(|(i, row)| whereabouts[row.file].add(&new, i, &job.placer));
        let replaces = job.request.replace && received;
        let mut merged = merge(new, old, |s, i| replaces || moved.contains(&s.key(i)));
        if let Some(old) = old.filter(|_| !replaces) {
            renamed.compare(&merged, old);
        }
        categories.after.insert(month, words_of(&merged.incidents));
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
    categories.check(stored_as.mapping, reports)?;
    if stored_as.mapping.columns.id.is_some() && !job.request.accept {
        renamed.check(&job.source)?;
    }
    reports.iter_mut().zip(&whereabouts).for_each(|(file, of_file)| of_file.add_to(file, report));
    report.probable_defaults = defaults_among(&sets.iter().collect::<Vec<_>>());
    Ok(done)
}

/// Categories of a source by month, before and after an import.
struct Categories {
    before: HashSet<String>,
    after: BTreeMap<Month, HashSet<String>>,
}

impl Categories {
    fn of(stored: &BTreeMap<Month, Incidents>) -> Self {
        let after: BTreeMap<Month, HashSet<String>> = stored.iter().map(|(m, s)| (*m, words_of(s))).collect();
        Self { before: after.values().flatten().cloned().collect(), after }
    }

    fn check(&self, mapping: &Mapping, reports: &[FileReport]) -> Result<(), ImportError> {
        let after: HashSet<String> = self.after.values().flatten().cloned().collect();
        let (path, rows) =
            (reports.first().map_or("", |r| r.path.as_str()), reports.iter().map(|r| r.rows).sum::<u64>());
        let column = mapping.columns.category.as_deref().unwrap_or_default();
        check_source(std::path::Path::new(path), column, &self.before, &after, rows as usize)
    }
}

fn words_of(incidents: &Incidents) -> HashSet<String> {
    incidents.category_words().map(fold).collect()
}
