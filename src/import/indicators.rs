//! Figures of areas from CSV: populations, deprivation, anything else; smaller units are added up.

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
};

use super::{ImportError, SourceFile};
use crate::{
    model::{DoubledColumn, Header, is_relative_figure as is_relative},
    workspace::{AreaRow, Commit, Indicator, Workspace, read_layer},
};

/// Most different values of a column that is turned into separate indicators.
const MAX_KINDS: usize = 40;

/// An indicator file to add.
#[derive(Debug, Clone, Default)]
pub struct AddIndicators {
    /// The CSV, plain or gzipped.
    pub file: PathBuf,
    /// Layer of the areas.
    pub layer: String,
    /// Column with codes of the layer's areas or of smaller units; recognised when left out.
    pub code: Option<String>,
    /// Columns with values; all numeric ones when empty.
    pub values: Vec<String>,
    /// A CSV that says which area each smaller unit belongs to.
    pub lookup: Option<PathBuf>,
}

/// What became of an indicator file.
#[derive(Debug, Clone, serde::Serialize)]
pub struct IndicatorsAdded {
    /// Layer.
    pub layer: String,
    /// Indicators stored: name, areas with a value, and how several units of an area were combined.
    pub indicators: Vec<(String, usize, &'static str)>,
    /// Rows whose unit lies in no area of the layer.
    pub unmatched_rows: usize,
    /// Rows read.
    pub rows: usize,
    /// Values that are no numbers.
    pub not_numbers: usize,
}

/// Adds indicators to a layer.
///
/// # Errors
/// [`ImportError`] when the file does not fit the layer; the workspace is then untouched.
pub fn add_indicators(workspace: &Workspace, request: &AddIndicators) -> Result<IndicatorsAdded, ImportError> {
    let lock = workspace.lock()?;
    let mut commit = Commit::begin(workspace, &lock)?;
    let layers = commit.state().layers()?;
    let Some((_, path)) = layers.iter().find(|(name, _)| *name == request.layer) else {
        let known = layers.into_iter().map(|l| l.0).collect();
        return Err(ImportError::NoLayer { layer: request.layer.clone(), known });
    };
    let areas = read_layer(&workspace.root().join(path))?;
    let file = Csv::read(&request.file)?;
    let mut units = Units::new(&areas, commit.state().lookup(&request.layer)?);
    if let Some(lookup) = &request.lookup {
        units.learn(&Csv::read(lookup)?);
    }
    let learned = units.learn(&file);
    let code = file.code_column(request, &units)?;
    let (values, kind) = file.value_columns(request, code)?;
    let mut sums: BTreeMap<String, BTreeMap<String, (f64, u64)>> = BTreeMap::new();
    let (mut unmatched_rows, mut not_numbers) = (0, 0);
    for row in &file.rows {
        let Some(area) = row.get(code).and_then(|unit| units.area(unit)) else {
            unmatched_rows += 1;
            continue;
        };
        for &value in &values {
            let text = row.get(value).unwrap_or_default().trim();
            let Some(number) = text.parse::<f64>().ok().filter(|n| n.is_finite()) else {
                not_numbers += usize::from(!text.is_empty());
                continue;
            };
            let name = indicator_name(&file.header.names()[value], kind.and_then(|k| row.get(k)));
            let sum = sums.entry(name).or_default().entry(area.to_owned()).or_default();
            *sum = (sum.0 + number, sum.1 + 1);
            if kind.is_some() && !is_relative(&file.header.names()[value]) {
                let name = indicator_name(&file.header.names()[value], None);
                let sum = sums.entry(name).or_default().entry(area.to_owned()).or_default();
                *sum = (sum.0 + number, sum.1 + 1);
            }
        }
    }
    if sums.is_empty() {
        return Err(ImportError::Refused {
            path: request.file.clone(),
            reason: format!("none of its {} rows belongs to an area of {}", file.rows.len(), request.layer),
        });
    }
    let mut indicators = Vec::new();
    for (name, by_area) in sums {
        let mean = is_relative(&name) && by_area.values().any(|v| v.1 > 1);
        let values: Vec<Indicator> = by_area
            .into_iter()
            .map(|(code, (sum, units))| Indicator {
                layer: request.layer.clone(),
                name: name.clone(),
                code,
                value: if mean { sum / units as f64 } else { sum },
            })
            .collect();
        commit.set_indicator(&request.layer, &name, &values)?;
        indicators.push((name, values.len(), if mean { "mean of units" } else { "sum" }));
    }
    commit.add_lookup(&request.layer, &learned)?;
    commit.finish()?;
    Ok(IndicatorsAdded { layer: request.layer.clone(), indicators, unmatched_rows, rows: file.rows.len(), not_numbers })
}

/// `usual_residents` and `Aged 15 to 24 years` to `usual_residents_aged_15_to_24_years`.
fn indicator_name(column: &str, kind: Option<&str>) -> String {
    let text = kind.map_or(column.to_owned(), |kind| format!("{column} {kind}")).to_lowercase();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    words.join("_")
}

struct Csv {
    path: PathBuf,
    header: Header,
    rows: Vec<csv::StringRecord>,
}

impl Csv {
    fn read(path: &std::path::Path) -> Result<Self, ImportError> {
        let refused = |reason: String| ImportError::Refused { path: path.to_owned(), reason };
        let bytes = SourceFile { path: path.to_owned() }.read()?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let mut reader = csv::ReaderBuilder::new().from_reader(bytes);
        let header = Header::new(reader.headers().map_err(|e| refused(e.to_string()))?.iter().map(str::trim));
        let rows = reader.records().collect::<Result<_, _>>().map_err(|e| refused(e.to_string()))?;
        Ok(Self { path: path.to_owned(), header, rows })
    }

    fn refused(&self, reason: String) -> ImportError {
        ImportError::Refused { path: self.path.clone(), reason: format!("{reason}; columns: {}", self.header.line()) }
    }

    fn doubled(&self, column: &DoubledColumn) -> ImportError {
        ImportError::doubled(&self.path, column)
    }

    /// A column that was told by what stands in it, where no other has its name.
    fn only(&self, column: usize) -> Result<usize, ImportError> {
        self.header.only(column).map_err(|e| self.doubled(&e))
    }

    fn column(&self, name: &str) -> Result<usize, ImportError> {
        self.header.find(name).map_err(|e| self.doubled(&e))?.ok_or_else(|| self.refused(format!("no column {name:?}")))
    }

    fn code_column(&self, request: &AddIndicators, units: &Units<'_>) -> Result<usize, ImportError> {
        if let Some(name) = &request.code {
            return self.column(name);
        }
        let hits = |c: usize| self.rows.iter().filter(|r| r.get(c).is_some_and(|v| units.area(v).is_some())).count();
        let columns = 0..self.header.names().len();
        let code = columns.max_by_key(|&c| (hits(c), usize::MAX - c)).filter(|&c| hits(c) > 0).ok_or_else(|| {
            self.refused(format!(
                "no column holds codes of {} or of units known to lie in it (add a file with unit names, or --lookup)",
                request.layer
            ))
        })?;
        self.only(code)
    }

    /// Value columns, and the column whose few values tell several rows of one unit apart.
    fn value_columns(&self, request: &AddIndicators, code: usize) -> Result<(Vec<usize>, Option<usize>), ImportError> {
        let numeric = |c: usize| {
            let mut texts =
                self.rows.iter().filter_map(|r| r.get(c)).map(str::trim).filter(|t| !t.is_empty()).peekable();
            texts.peek().is_some() && texts.take(1000).all(|t| t.parse::<f64>().is_ok())
        };
        let values: Vec<usize> = if request.values.is_empty() {
            let columns = 0..self.header.names().len();
            columns.filter(|&c| c != code && numeric(c)).map(|c| self.only(c)).collect::<Result<_, _>>()?
        } else {
            request.values.iter().map(|v| self.column(v)).collect::<Result<_, _>>()?
        };
        let mut names: HashMap<String, usize> = HashMap::new();
        for &column in &values {
            if let Some(other) = names.insert(indicator_name(&self.header.names()[column], None), column) {
                let [a, b] = [other, column].map(|c| &self.header.names()[c]);
                return Err(self.refused(format!("{a:?} and {b:?} would be one indicator: rename one of them")));
            }
        }
        if values.is_empty() {
            return Err(self.refused("no column holds numbers; name one with --value".to_owned()));
        }
        let units: std::collections::HashSet<_> = self.rows.iter().filter_map(|r| r.get(code)).collect();
        let kinds =
            |c: usize| self.rows.iter().filter_map(|r| r.get(c)).collect::<std::collections::HashSet<_>>().len();
        let kind = (units.len() < self.rows.len())
            .then(|| {
                (0..self.header.names().len()).find(|&c| {
                    c != code
                        && !values.contains(&c)
                        && (2..=MAX_KINDS).contains(&kinds(c))
                        && units.len() * kinds(c) >= self.rows.len()
                })
            })
            .flatten();
        Ok((values, kind))
    }
}

/// Which area a unit belongs to: itself, or by a lookup.
struct Units<'a> {
    codes: HashMap<&'a str, &'a str>,
    names: HashMap<&'a str, &'a str>,
    lookup: HashMap<String, String>,
}

impl<'a> Units<'a> {
    fn new(areas: &'a [AreaRow], lookup: Vec<(String, String)>) -> Self {
        Self {
            codes: areas.iter().map(|a| (a.code.as_str(), a.code.as_str())).collect(),
            names: areas.iter().map(|a| (a.official_name.as_str(), a.code.as_str())).collect(),
            lookup: lookup.into_iter().collect(),
        }
    }

    fn area<'b>(&'b self, unit: &str) -> Option<&'b str> {
        self.codes.get(unit).copied().or_else(|| self.lookup.get(unit).map(String::as_str))
    }

    /// Learns from a file in which a code stands beside a name: "Norwich 001A" lies in "Norwich 001". A file
    /// with a column of the layer's own codes says it outright.
    fn learn(&mut self, file: &Csv) -> Vec<(String, String)> {
        let mut learned = Vec::new();
        for row in &file.rows {
            let area = row.iter().find_map(|v| self.codes.get(v).copied()).or_else(|| {
                row.iter().find_map(|v| self.names.get(v.strip_suffix(|c: char| c.is_ascii_uppercase())?).copied())
            });
            let Some(area) = area else { continue };
            let unit = row.iter().find(|v| is_ons_code(v) && !self.codes.contains_key(v));
            if let Some(unit) = unit
                && self.lookup.insert(unit.to_owned(), area.to_owned()).is_none()
            {
                learned.push((unit.to_owned(), area.to_owned()));
            }
        }
        learned
    }
}

/// `E01026821`: a letter and eight digits.
fn is_ons_code(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 9 && bytes[0].is_ascii_uppercase() && bytes[1..].iter().all(u8::is_ascii_digit)
}
