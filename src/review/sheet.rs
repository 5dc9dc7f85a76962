//! The queue as a CSV for people who work in a spreadsheet, and their choices back.

use std::{io::Write, path::Path};

use super::{Decision, QueueCandidate, QueueItem, ReviewError, decide_all, queue, wording_id};
use crate::{
    import::{Choice, waiting_by_words},
    model::{Header, LonLat, spreadsheet_safe},
    workspace::Workspace,
};

/// Columns of the sheet; `choice` is to be filled in.
pub const SHEET_COLUMNS: [&str; 14] = [
    "id",
    "choice",
    "records",
    "status",
    "text",
    "locality",
    "postcode",
    "flags",
    "sources",
    "candidate_1",
    "candidate_2",
    "candidate_3",
    "candidate_4",
    "candidate_5",
];
/// Radius of a point that a person gives.
const GIVEN_RADIUS_M: f64 = 60.0;

/// What a sheet did.
#[derive(Debug, Clone, Default)]
pub struct SheetReport {
    /// Rows read.
    pub rows: u64,
    /// Rows without a choice.
    pub empty: u64,
    /// Decisions made.
    pub decisions: Vec<Decision>,
    /// Rows whose wording no longer waits: line and identity.
    pub gone: Vec<(u64, String)>,
}

/// Writes the queue, the weightiest first.
///
/// # Errors
/// [`ReviewError`] when the workspace cannot be read or the file not written.
pub fn write_sheet(workspace: &Workspace, out: &mut dyn Write) -> Result<u64, ReviewError> {
    let items = queue(workspace)?.items;
    let mut csv = csv::Writer::from_writer(out);
    let io = |e: csv::Error| ReviewError::Io(e.into());
    csv.write_record(SHEET_COLUMNS).map_err(io)?;
    for item in &items {
        let mut row = vec![
            item.id.clone(),
            String::new(),
            item.records.to_string(),
            item.status.clone(),
            item.text.clone(),
            item.locality.clone(),
            item.postcode.clone(),
            item.flags.join(" "),
            item.sources.join(" "),
        ];
        row.extend((0..5).map(|i| item.candidates.get(i).map_or(String::new(), told)));
        // An identity of digits alone would become a number in a spreadsheet: it is quoted by a letter before it.
        row[0] = format!("w{}", item.id);
        csv.write_record(row.iter().map(|f| spreadsheet_safe(f).into_owned())).map_err(io)?;
    }
    csv.flush()?;
    Ok(items.len() as u64)
}

/// Reads a sheet and makes its decisions: all of them, or none where one is wrong. Rows without a choice, and rows whose
/// wording no longer waits, change nothing.
///
/// # Errors
/// [`ReviewError::Sheet`] with the line of a choice that is none.
pub fn apply_sheet(workspace: &Workspace, path: &Path, who: &str) -> Result<SheetReport, ReviewError> {
    let bytes = fs_err::read(path)?;
    let wrong = |reason: String| ReviewError::Sheet { path: path.display().to_string(), reason };
    let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes)).into_owned();
    // Spreadsheets of some countries save with semicolons.
    let first = text.lines().next().unwrap_or_default();
    let delimiter = if first.contains(';') && !first.contains(',') { b';' } else { b',' };
    let mut csv = csv::ReaderBuilder::new().flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let header = Header::new(csv.headers().map_err(|e| wrong(e.to_string()))?);
    let found = |name: &str| header.find(name).map_err(|e| wrong(e.to_string()));
    let column = |name: &str| {
        found(name)?
            .ok_or_else(|| wrong(format!("it has no column {name:?}; `places review export` writes a sheet that has")))
    };
    let (id, choice) = (column("id")?, column("choice")?);
    let mut candidates: [Option<usize>; 5] = [None; 5];
    for (i, candidate) in candidates.iter_mut().enumerate() {
        *candidate = found(&format!("candidate_{}", i + 1))?;
    }
    let items = queue(workspace)?.items;
    let mut report = SheetReport::default();
    let mut choices: Vec<(String, Choice)> = Vec::new();
    let mut lines: Vec<u64> = Vec::new();
    for (i, row) in csv.records().enumerate() {
        let line = i as u64 + 2;
        let row = row.map_err(|e| wrong(e.to_string()))?;
        let field = |at: usize| row.get(at).unwrap_or_default().trim().trim_start_matches('\'');
        report.rows += 1;
        if field(choice).is_empty() {
            report.empty += 1;
            continue;
        }
        let asked = wording_id(field(id));
        let Some(item) = items.iter().find(|item| item.id == asked) else {
            report.gone.push((line, asked.chars().take(40).collect::<String>()));
            continue;
        };
        if let Ok(number) = field(choice).parse::<usize>()
            && let Some(then) = candidates.get(number.wrapping_sub(1)).copied().flatten().map(field)
            && let Some(now) = item.candidates.get(number - 1)
            && name_of(then) != name_of(&told(now))
        {
            let (path, then) = (path.display().to_string(), then.chars().take(80).collect());
            return Err(ReviewError::OtherCandidate { path, line, number, then, now: told(now) });
        }
        let choice = read_choice(item, field(choice)).map_err(|e| wrong(format!("line {line}: {e}")))?;
        match choices.iter().position(|c| c.0 == item.id) {
            None => {
                choices.push((item.id.clone(), choice));
                lines.push(line);
            }
            Some(at) if choices[at].1 != choice => {
                let path = path.display().to_string();
                return Err(ReviewError::TwoChoices { path, first: lines[at], second: line });
            }
            Some(_) => {}
        }
    }
    let waiting = waiting_by_words(workspace, &workspace.state()?)?;
    let waits = |id: &str| u64::from_str_radix(id, 16).is_ok_and(|hash| waiting.contains_key(&hash));
    for (at, (id, _)) in choices.iter().enumerate().filter(|(_, c)| !waits(&c.0)) {
        report.gone.push((lines[at], id.clone()));
    }
    choices.retain(|c| waits(&c.0));
    if !choices.is_empty() {
        report.decisions = decide_all(workspace, choices, who)?;
    }
    Ok(report)
}

/// A candidate as the sheet tells it.
fn told(candidate: &QueueCandidate) -> String {
    format!("{} ({:.0} %)", candidate.name, 100.0 * candidate.share)
}

/// Of a candidate in a sheet its name alone: shares change with every import.
fn name_of(told: &str) -> &str {
    told.rsplit_once(" (").map_or(told, |(name, _)| name).trim_start_matches('\'')
}

/// Reads a choice: a candidate's number, `n`, or a point.
///
/// # Errors
/// [`ReviewError::NoChoice`].
pub(crate) fn read_choice(item: &QueueItem, text: &str) -> Result<Choice, ReviewError> {
    let bad = || ReviewError::NoChoice { choice: text.chars().take(40).collect() };
    if text.eq_ignore_ascii_case("n") {
        return Ok(Choice::Nowhere);
    }
    if let Ok(number) = text.parse::<usize>() {
        let candidate = number.checked_sub(1).and_then(|i| item.candidates.get(i)).ok_or_else(bad)?;
        return Ok(Choice::Place {
            lon: candidate.lon,
            lat: candidate.lat,
            class: candidate.class.clone(),
            radius_m: candidate.radius_m,
            name: candidate.name.clone(),
        });
    }
    let (lon, lat) = text.split_once([',', ' ', ';']).ok_or_else(bad)?;
    let number = |t: &str| t.trim().parse::<f64>().map_err(|_| bad());
    let point = LonLat::new(number(lon)?, number(lat)?).map_err(|_| bad())?;
    Ok(Choice::Place {
        lon: point.lon,
        lat: point.lat,
        class: "named_place".to_owned(),
        radius_m: GIVEN_RADIUS_M,
        name: "a point on the map".to_owned(),
    })
}
