//! Weights of harm from a CSV: an offence category or Home Office code, and what one such offence weighs.

use std::path::PathBuf;

use super::{ImportError, SourceFile};
use crate::{
    model::Header,
    workspace::{Commit, Workspace},
};

/// Names by which the columns are recognised.
const KEYS: [&str; 7] = ["category", "offence", "offence_code", "code", "ho_code", "home_office_code", "key"];
const WEIGHTS: [&str; 7] = ["weight", "harm", "days", "score", "cchi", "severity", "cchi_days"];

/// A set of weights to add.
#[derive(Debug, Clone, Default)]
pub struct AddHarm {
    /// The CSV, plain or gzipped.
    pub file: PathBuf,
    /// What the set is called.
    pub name: String,
    /// Column with categories or codes; recognised when left out.
    pub key: Option<String>,
    /// Column with weights; recognised when left out.
    pub weight: Option<String>,
}

/// What became of a file of weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HarmAdded {
    /// The set.
    pub name: String,
    /// Weights stored.
    pub weights: usize,
    /// Lines left out, and why.
    pub problems: Vec<(usize, String)>,
}

/// Adds a set of weights, replacing the one of the same name.
///
/// # Errors
/// [`ImportError`] when the file has no such columns or no weight; the workspace is then untouched.
pub fn add_harm(workspace: &Workspace, request: &AddHarm) -> Result<HarmAdded, ImportError> {
    let bytes = SourceFile { path: request.file.clone() }.read()?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let unfit = |reason: String| ImportError::Refused { path: request.file.clone(), reason };
    let header = Header::new(reader.headers().map_err(|e| unfit(e.to_string()))?.iter().map(str::trim));
    let column = |asked: &Option<String>, known: &[&str], content: &str| -> Result<usize, ImportError> {
        let position = match asked {
            Some(name) => header.find(name),
            None => header.find_first(known),
        };
        let position = position.map_err(|e| ImportError::doubled(&request.file, &e))?;
        position.ok_or_else(|| unfit(format!("it has no column of {content}; its columns are {}", header.line())))
    };
    let key = column(&request.key, &KEYS, "categories or codes (choose one with --key)")?;
    let weight = column(&request.weight, &WEIGHTS, "weights (choose one with --weight)")?;
    let (mut weights, mut problems) = (std::collections::BTreeMap::new(), Vec::new());
    for (i, row) in reader.records().enumerate() {
        let line = i + 2;
        let row = match row {
            Ok(row) => row,
            Err(e) => {
                problems.push((line, e.to_string()));
                continue;
            }
        };
        let name = row.get(key).unwrap_or_default().trim();
        let text = row.get(weight).unwrap_or_default().trim().replace(',', "");
        match text.parse::<f64>().ok().filter(|w| w.is_finite() && *w >= 0.0) {
            _ if name.is_empty() => problems.push((line, "no category or code".to_owned())),
            None => problems.push((line, format!("{text:?} is no weight of at least 0"))),
            Some(weight) => match weights.insert(crate::model::fold(name), weight) {
                Some(before) if before != weight => {
                    problems
                        .push((line, format!("{name:?} has two weights, {before} and {weight}; the later is kept")));
                }
                _ => {}
            },
        }
    }
    if weights.is_empty() {
        return Err(unfit("no line has a category or code with a weight".to_owned()));
    }
    let lock = workspace.lock()?;
    let mut commit = Commit::begin(workspace, &lock)?;
    let rows: Vec<(String, f64)> = weights.into_iter().collect();
    commit.set_harm_weights(&request.name, &rows)?;
    commit.finish()?;
    Ok(HarmAdded { name: request.name.clone(), weights: rows.len(), problems })
}
