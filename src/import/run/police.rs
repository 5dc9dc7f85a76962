//! An import of data.police.uk files: an edition of a force's month replaces the one before.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::job::{Done, Job, MonthDone};
use crate::{
    import::{
        FileReport, ImportError, ImportReport, Rejection,
        categories::check_categories,
        merge::{Outcome, Whereabouts, merge, tally},
        police::{ATTRIBUTES, parse_name, read_police_file},
        positions::{Position, mixed},
        repeats::Repeats,
        source_files::SourceFile,
        words::Words,
    },
    model::{Flags, Month, PrecisionClass, When},
    workspace::{Edition, IncidentRow, Incidents, NO_PLACE, State},
};

/// Bytes of a row and of its Crime ID, to make room for a file's rows before they are read.
const ROW_BYTES: usize = 220;
const PACKED_ROW_BYTES: usize = 45;
const REF_BYTES: usize = 56;

pub(super) fn run(job: &Job<'_>, words: &Words, files: &[SourceFile], state: &State) -> Result<Done, ImportError> {
    let partitions = job.partitions(state)?;
    let editions: HashMap<(Month, String), String> = state
        .editions()?
        .into_iter()
        .filter(|e| e.source == job.source)
        .map(|e| ((e.month, e.part), e.digest))
        .collect();
    // Files whose name does not give the month are read first and alone: their month decides their group.
    let mut groups: BTreeMap<Option<Month>, Vec<&SourceFile>> = BTreeMap::new();
    for file in files {
        let plain = file.plain_name();
        let month = plain.get(..7).and_then(|m| Month::parse(m).ok());
        groups.entry(month).or_default().push(file);
    }
    let groups: Vec<Vec<&SourceFile>> = groups
        .into_iter()
        .flat_map(
            |(month, files)| if month.is_some() { vec![files] } else { files.into_iter().map(|f| vec![f]).collect() },
        )
        .collect();
    let done: Vec<GroupDone> = groups
        .par_iter()
        .map(|files| run_month(job, words, files, &partitions, &editions))
        .collect::<Result<_, _>>()?;
    let mut whole = Done {
        report: ImportReport::default(),
        rejected: Vec::new(),
        months: Vec::new(),
        waiting: None,
        deliveries: None,
    };
    for group in done {
        if let Some(same) = whole.months.iter().find(|m| m.month == group.month.month) {
            let month = same.month.to_string();
            let first = group.files.first().map(|f| f.0.path.clone()).unwrap_or_default();
            return Err(ImportError::TwoEditions {
                part: "files of".to_owned(),
                month,
                first: first.into(),
                second: "others; name the files YYYY-MM-FORCE-street.csv".into(),
            });
        }
        for (mut file, whereabouts) in group.files {
            whereabouts.add_to(&mut file, &mut whole.report);
            whole.report.add_file(file);
        }
        whole.report.skipped_files.extend(group.skipped);
        whole.report.notes.extend(group.notes);
        whole.rejected.extend(group.rejected);
        whole.months.push(group.month);
    }
    Ok(whole)
}

struct GroupDone {
    files: Vec<(FileReport, Whereabouts)>,
    rejected: Vec<Rejection>,
    skipped: Vec<String>,
    notes: Vec<String>,
    month: MonthDone,
}

/// A file that has been read; the keys of its incidents are still row positions.
struct Read<'a> {
    file: &'a SourceFile,
    force: String,
    digest: String,
    report: FileReport,
    rejected: Vec<Rejection>,
    incidents: Incidents,
    /// What was noticed, in a sentence.
    note: Option<String>,
}

fn run_month(
    job: &Job<'_>,
    words: &Words,
    files: &[&SourceFile],
    partitions: &BTreeMap<Month, String>,
    known: &HashMap<(Month, String), String>,
) -> Result<GroupDone, ImportError> {
    let mut parts: BTreeMap<String, Vec<Read<'_>>> = BTreeMap::new();
    let (mut rejected, mut skipped, mut notes, mut month) = (Vec::new(), Vec::new(), Vec::new(), None);
    for file in files {
        let (mut read, month_of_file) = read_file(job, words, file)?;
        if *month.get_or_insert(month_of_file) != month_of_file {
            return Err(wrong_month(file, month_of_file));
        }
        let part = parts.entry(read.force.clone()).or_default();
        if let Some(twin) = part.iter().find(|f| f.digest == read.digest) {
            skipped.push(format!("{} (the same content as {})", file.name(), twin.file.name()));
            continue;
        }
        check_editions(part, &read, month_of_file)?;
        rejected.append(&mut read.rejected);
        notes.extend(read.note.take());
        part.push(read);
    }
    let month = month.ok_or_else(|| ImportError::NoFiles { pattern: String::new(), hint: String::new() })?;
    let group = merge_month(job, month, parts, partitions, known, rejected, skipped)?;
    Ok(GroupDone { notes, ..group })
}

fn wrong_month(file: &SourceFile, month: Month) -> ImportError {
    ImportError::WrongFile {
        path: file.path.clone(),
        expected: "rows of the month in its name".to_owned(),
        found: month.to_string(),
    }
}

fn read_file<'a>(job: &Job<'_>, words: &Words, file: &'a SourceFile) -> Result<(Read<'a>, Month), ImportError> {
    let mut incidents = Incidents::new(&job.placer.layer_names(), &ATTRIBUTES);
    let rows = file.bytes() as usize / if file.name().ends_with(".gz") { PACKED_ROW_BYTES } else { ROW_BYTES };
    incidents.reserve(rows, rows * REF_BYTES);
    let mut positions = Vec::with_capacity(rows);
    // Hashes of location texts, by their code.
    let mut hashes: Vec<u64> = Vec::new();
    let mut when: Option<When> = None;
    let read = read_police_file(file, true, job.progress, |row| {
        let class = PrecisionClass::StreetSegment;
        let flags = |point| if job.defaults.holds(point) { Flags::DEFAULT_LOCATION } else { Flags::NONE };
        positions.push(row.point.map(|point| Position { point, class, radius_m: f32::NAN, flags: flags(point) }));
        let mut codes = [incidents.attribute_code(0, ""); ATTRIBUTES.len()];
        for (i, text) in row.attributes.iter().enumerate() {
            codes[i + 1] = incidents.attribute_code(i + 1, text);
        }
        let (location, code) = (row.attributes[0], codes[1]);
        if code as usize == hashes.len() {
            hashes.push(words.digest(location));
        }
        incidents.push(&IncidentRow {
            key: row.position,
            source_ref: row.crime_id,
            category: row.category,
            when: *when.get_or_insert_with(|| When::month(row.month)),
            place: NO_PLACE,
            location_text_hash: hashes.get(code as usize).copied().unwrap_or(0),
            attributes: &codes,
        });
    })?;
    if job.end.is_some_and(|end| read.month.first_day() >= end) {
        return Err(ImportError::WrongFile {
            path: file.path.clone(),
            expected: "a month that has begun (places.toml, [import] planned, keeps planned events)".to_owned(),
            found: read.month.to_string(),
        });
    }
    job.check_share(&read.report.path, read.report.rows, &read.rejected)?;
    check_categories(&file.path, "Crime type", incidents.category_words(), incidents.len())?;
    job.placer.place_rows(&mut incidents, &positions);
    incidents.set_attribute("force", &read.force);
    let note = Repeats::of(&incidents).in_words(&file.name());
    let (force, digest) = (read.force, read.digest);
    Ok((Read { file, force, digest, report: read.report, rejected: read.rejected, incidents, note }, read.month))
}

/// Two files with the publisher's name for one force and month are two editions: which is newer is not known.
/// Files with other names are parts of one edition.
fn check_editions(earlier: &[Read<'_>], this: &Read<'_>, month: Month) -> Result<(), ImportError> {
    let whole = |f: &SourceFile| parse_name(&f.plain_name()).is_some();
    let Some(first) = earlier.iter().find(|f| whole(f.file) || whole(this.file)) else { return Ok(()) };
    Err(ImportError::TwoEditions {
        part: this.force.clone(),
        month: month.to_string(),
        first: first.file.path.clone(),
        second: this.file.path.clone(),
    })
}

/// Start of the keys of a force's month.
fn seed_of(source: &str, force: &str, month: Month) -> u64 {
    let text = format!("{source}\u{1f}{force}\u{1f}{month}");
    let hash = blake3::derive_key("places incident_key police.uk v1", text.as_bytes());
    u64::from_le_bytes(*hash.first_chunk().unwrap_or(&[0; 8]))
}

/// A bijection of the row position for a fixed seed (splitmix64's finalizer), so keys of one edition never meet.
fn key_of(seed: u64, position: u64) -> u64 {
    mixed(seed.wrapping_add((position + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)))
}

/// Merges the new editions of a month into its partition.
fn merge_month(
    job: &Job<'_>,
    month: Month,
    parts: BTreeMap<String, Vec<Read<'_>>>,
    partitions: &BTreeMap<Month, String>,
    known: &HashMap<(Month, String), String>,
    rejected: Vec<Rejection>,
    skipped: Vec<String>,
) -> Result<GroupDone, ImportError> {
    let mut editions = Vec::new();
    let mut files = Vec::new();
    let mut whole: Option<Incidents> = None;
    for (force, reads) in parts {
        let seed = seed_of(&job.source, &force, month);
        let digests: Vec<String> = reads.iter().map(|r| r.digest.clone()).collect();
        let (mut earlier, mut rows) = (0, 0);
        for mut read in reads {
            read.incidents.rekey(|position| key_of(seed, earlier + position));
            earlier += read.report.rows;
            rows += read.incidents.len() as u64;
            let start = whole.as_ref().map_or(0, Incidents::len);
            files.push((FileReport { part: force.clone(), ..read.report }, start..start + read.incidents.len()));
            whole = Some(append(whole, read.incidents));
        }
        let digest = digests.join("+");
        editions.push(Edition { source: job.source.clone(), digest, month, rows, part: force });
    }
    let new = whole.unwrap_or_default();
    let whereabouts: Vec<Whereabouts> =
        files.iter().map(|(_, rows)| Whereabouts::of(&new, rows.clone(), &job.placer)).collect();
    let unchanged = editions.iter().all(|e| known.get(&(month, e.part.clone())) == Some(&e.digest));
    let (outcomes, done) = if unchanged {
        (vec![Outcome::Duplicate; new.len()], MonthDone::unchanged(month, new.len()))
    } else {
        let forces: Vec<&str> = editions.iter().map(|e| e.part.as_str()).collect();
        let stored = job.stored(partitions, month)?;
        let merged = merge(new, stored.as_ref(), |stored, i| forces.contains(&stored.attribute(i, "force")));
        (merged.outcomes.clone(), job.write(month, merged)?)
    };
    let files = files
        .into_iter()
        .zip(whereabouts)
        .map(|((mut report, rows), whereabouts)| {
            tally(&mut report, outcomes[rows].iter().copied());
            (report, whereabouts)
        })
        .collect();
    Ok(GroupDone { notes: Vec::new(), files, rejected, skipped, month: MonthDone { editions, ..done } })
}

fn append(whole: Option<Incidents>, more: Incidents) -> Incidents {
    let Some(mut whole) = whole else { return more };
    let mut places = HashMap::new();
    (0..more.len()).for_each(|i| whole.push_from(&more, i, &mut places));
    whole
}
