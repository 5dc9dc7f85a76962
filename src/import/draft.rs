//! A first mapping for a CSV, from its header and its values; what is not sure is said beside each line.

use std::{collections::HashSet, path::Path};

use super::{
    ImportError, SourceFile,
    generic::{is_clock, parse_when},
    opening::{Sheet, read_sheet},
    personal::{looks_personal, value_looks_personal},
};
use crate::{
    geocode::Postcode,
    model::{Figure, figure, fold},
};

/// Rows that are looked at.
const LOOKED_AT: usize = 5_000;
/// Share of the values of a column that must be what it is taken for.
const MOST: f64 = 0.95;
/// Share of values that must be postcodes: people write other things there too.
const MANY: f64 = 0.6;
/// Most categories of a column of categories.
const MAX_CATEGORIES: usize = 80;
/// Formats of dates that are tried, the likeliest first; an empty one stands for those that need no word.
const FORMATS: [&str; 14] = [
    "",
    "%d/%m/%y",
    "%d/%m/%y %H:%M",
    "%d-%m-%Y",
    "%d-%m-%Y %H:%M",
    "%d.%m.%Y",
    "%d %b %Y",
    "%d %B %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%m/%d/%Y",
    "%m/%d/%Y %H:%M",
    "%Y%m%d",
    "serial",
];

/// Drafts a mapping, as the text of a TOML file that [`super::Mapping::parse`] reads.
///
/// # Errors
/// [`ImportError`] where the file is no table, or no column holds dates.
pub fn draft_mapping(path: &Path) -> Result<String, ImportError> {
    let sheet = read_sheet(&SourceFile { path: path.to_owned() })?;
    let columns = Columns::new(&sheet);
    let draft = Draft::of(&columns).ok_or_else(|| ImportError::Refused {
        path: path.to_owned(),
        reason: format!("no column holds dates, which a mapping needs; columns: {}", sheet.header.join(", ")),
    })?;
    Ok(draft.text(path, &columns, sheet.separator))
}

/// What tells a table of incidents from others.
pub(super) struct LooksLike {
    /// Whether positions, postcodes or property numbers stand in it.
    pub(super) placed: bool,
    /// Whether words for places stand in it.
    pub(super) worded: bool,
}

/// What the beginning of a table holds of incidents; nothing where no column holds dates.
pub(super) fn looks_like(sheet: &Sheet) -> Option<LooksLike> {
    let draft = Draft::of(&Columns::new(sheet))?;
    let has = |keys: &[&str]| draft.lines.iter().any(|l| keys.contains(&l.0));
    let placed = has(&["lon", "easting", "postcode", "uprn"]);
    Some(LooksLike { placed, worded: has(&["location_text", "locality"]) })
}

/// The columns of a table, with the values that are looked at.
struct Columns<'s> {
    names: &'s [String],
    values: Vec<Vec<&'s str>>,
    rows: usize,
}

impl<'s> Columns<'s> {
    fn new(sheet: &'s Sheet) -> Self {
        let rows = &sheet.rows[..sheet.rows.len().min(LOOKED_AT)];
        let of = |c: usize| rows.iter().map(|row| row.1.get(c).unwrap_or_default().trim()).collect();
        Self { names: &sheet.header, values: (0..sheet.header.len()).map(of).collect(), rows: rows.len() }
    }

    fn filled(&self, column: usize) -> impl Iterator<Item = &'s str> + '_ {
        self.values[column].iter().copied().filter(|v| !v.is_empty())
    }

    /// Whether so large a share of a column's values passes.
    fn are(&self, column: usize, share: f64, is: &dyn Fn(&str) -> bool) -> bool {
        let (all, good) = self.filled(column).fold((0_u32, 0_u32), |n, v| (n.0 + 1, n.1 + u32::from(is(v))));
        all > 0 && f64::from(good) >= share * f64::from(all)
    }

    fn distinct(&self, column: usize) -> usize {
        self.filled(column).collect::<HashSet<_>>().len()
    }

    /// Whether every row has a value of its own.
    fn is_unique(&self, column: usize) -> bool {
        self.rows > 1 && self.filled(column).count() == self.rows && self.distinct(column) == self.rows
    }

    /// Whether the name of a column holds one of some words.
    fn is_named(&self, column: usize, words: &[&str]) -> bool {
        let name = fold(&self.names[column]);
        words.iter().any(|word| name.contains(word))
    }

    /// Of some columns the first whose name holds the first word that any has, else the first.
    fn likeliest(&self, columns: &[usize], words: &[&str]) -> Option<usize> {
        let named = words.iter().find_map(|word| columns.iter().find(|&&c| self.is_named(c, &[word])));
        named.or(columns.first()).copied()
    }
}

/// What each column was taken for.
#[derive(Debug, Default)]
struct Draft {
    /// Key of the mapping, column, and what is not sure about it.
    lines: Vec<(&'static str, usize, Option<String>)>,
    format: &'static str,
    either_order: bool,
    drop: Vec<usize>,
}

impl Draft {
    fn of(columns: &Columns<'_>) -> Option<Self> {
        let all: Vec<usize> = (0..columns.names.len()).collect();
        let mut draft = Self::default();
        let is_personal =
            |c: &usize| looks_personal(&columns.names[*c]) || columns.filled(*c).take(500).any(value_looks_personal);
        draft.drop = all.iter().copied().filter(is_personal).collect();
        draft.when(columns, &all)?;
        draft.id(columns, &all);
        draft.place(columns, &all);
        draft.category(columns, &all);
        draft.coded_id(columns, &all);
        Some(draft)
    }

    fn free<'c>(&'c self, all: &'c [usize]) -> impl Iterator<Item = usize> + 'c {
        all.iter().copied().filter(|c| !self.drop.contains(c) && !self.lines.iter().any(|l| l.1 == *c))
    }

    fn put(&mut self, key: &'static str, column: Option<usize>, doubt: Option<String>) {
        self.lines.extend(column.map(|c| (key, c, doubt)));
    }

    fn when(&mut self, columns: &Columns<'_>, all: &[usize]) -> Option<()> {
        let reads = |c: usize, format: &str| {
            let formats: Vec<String> = if format.is_empty() { Vec::new() } else { vec![format.to_owned()] };
            // A plain number may be anything: its column must be named for a date.
            let plain = matches!(format, "serial" | "%Y%m%d") && !columns.is_named(c, &["date", "time"]);
            !plain && columns.are(c, MOST, &|v| parse_when(v, &formats).is_some())
        };
        let format_of = |c: usize| FORMATS.into_iter().find(|f| reads(c, f));
        let dates: Vec<(usize, &str)> = self.free(all).filter_map(|c| Some((c, format_of(c)?))).collect();
        let names: Vec<usize> = dates.iter().map(|d| d.0).collect();
        let when = columns
            .likeliest(&names, &["occur", "incident", "committed", "start", "from", "date", "month", "report"])?;
        self.format = dates.iter().find(|d| d.0 == when)?.1;
        let both = [("%d/%m/%Y", "%m/%d/%Y"), ("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M")];
        self.either_order = both.iter().any(|(a, b)| reads(when, a) && reads(when, b));
        let end = self.end_of(columns, when, &names);
        let others: Vec<&str> =
            names.iter().filter(|c| **c != when && Some(**c) != end).map(|c| columns.names[*c].as_str()).collect();
        let doubt = (!others.is_empty()).then(|| format!("other columns hold dates too: {}", others.join(", ")));
        self.put("when", Some(when), doubt);
        self.put("when_end", end, None);
        let is_time = |c: &usize| columns.is_named(*c, &["time", "hour"]) && columns.are(*c, MOST, &is_clock);
        let time = self.free(all).find(is_time);
        self.put("time", time, None);
        Some(())
    }

    /// The column of ends, where the one of times is named for beginnings and every end comes at or after its beginning.
    fn end_of(&self, columns: &Columns<'_>, when: usize, dates: &[usize]) -> Option<usize> {
        let begins = columns.is_named(when, &["start", "from", "earliest", "begin"]);
        let formats: Vec<String> = if self.format.is_empty() { Vec::new() } else { vec![self.format.to_owned()] };
        let time = |column: usize, row: usize| parse_when(columns.values[column][row], &formats).map(|w| w.start_us);
        let in_order = |end: usize| {
            (0..columns.rows).all(|row| match (time(when, row), time(end, row)) {
                (Some(from), Some(to)) => from <= to,
                _ => columns.values[end][row].is_empty(),
            })
        };
        let is_end = |c: &usize| {
            let name = fold(&columns.names[*c]);
            let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
            *c != when && ["to", "end", "ended", "until", "latest", "finish"].iter().any(|w| words.contains(w))
        };
        dates.iter().copied().filter(|_| begins).filter(is_end).find(|c| in_order(*c))
    }

    fn id(&mut self, columns: &Columns<'_>, all: &[usize]) {
        let unique = |c: &usize| columns.is_unique(*c);
        let words = ["ref", "urn", "case", "crime", "incident", "number", "no.", "id"];
        let candidates: Vec<usize> = self.free(all).filter(unique).filter(|c| columns.is_named(*c, &words)).collect();
        let id = columns.likeliest(&candidates, &words);
        let doubt =
            (candidates.len() > 1).then(|| "several columns are unique; is it the source's own reference?".to_owned());
        self.put("id", id, doubt);
    }

    /// Where no column is named for a reference: one of codes, a different one in every row. A running number is none, it
    /// changes with the extract.
    fn coded_id(&mut self, columns: &Columns<'_>, all: &[usize]) {
        if self.lines.iter().any(|l| l.0 == "id") {
            return;
        }
        let is_code = |v: &str| {
            v.bytes().any(|b| b.is_ascii_digit()) && !v.contains(char::is_whitespace) && figure(v) == Figure::Other
        };
        let coded = |c: &usize| columns.is_unique(*c) && columns.are(*c, 1.0, &is_code);
        let id = self.free(all).find(coded);
        let doubt = "every row has another value; is it the source's own reference, the same in every extract?";
        self.put("id", id, Some(doubt.to_owned()));
    }

    fn place(&mut self, columns: &Columns<'_>, all: &[usize]) {
        let within = |c: usize, from: f64, to: f64| {
            columns.are(c, MOST, &|v| match figure(v) {
                Figure::Number(n) => (from..to).contains(&n) || n == 0.0,
                Figure::Nothing | Figure::Suppressed => true,
                Figure::Other => false,
            }) && columns.filled(c).any(|v| matches!(figure(v), Figure::Number(_)))
        };
        let pairs: [(&str, &[&str], f64, f64); 4] = [
            ("lon", &["lon", "lng"], -12.0, 4.0),
            ("lat", &["lat"], 48.0, 62.0),
            ("easting", &["east", "_x", "x coord", "xcoord"], 1.0, 700_000.0),
            ("northing", &["north", "_y", "y coord", "ycoord"], 1.0, 1_300_000.0),
        ];
        for (key, words, from, to) in pairs {
            let is = |c: &usize| {
                let exact = fold(&columns.names[*c]) == if key == "easting" || key == "lon" { "x" } else { "y" };
                (exact || columns.is_named(*c, words)) && within(*c, from, to)
            };
            let found = self.free(all).find(is);
            self.put(key, found, None);
        }
        for (a, b) in [("lon", "lat"), ("easting", "northing")] {
            let has = |key: &str| self.lines.iter().any(|l| l.0 == key);
            if has(a) != has(b) {
                self.lines.retain(|l| l.0 != a && l.0 != b);
            }
        }
        let postcode = self.free(all).find(|&c| columns.are(c, MANY, &|v| Postcode::unit(v).is_some()));
        self.put("postcode", postcode, None);
        let uprn = self.free(all).find(|&c| columns.is_named(c, &["uprn"]));
        self.put("uprn", uprn, None);
        let is_text = |c: &usize| !columns.are(*c, 0.5, &|v| matches!(figure(v), Figure::Number(_)));
        let texts: Vec<usize> = self.free(all).filter(is_text).collect();
        let named =
            |words: &[&str]| words.iter().find_map(|w| texts.iter().copied().find(|c| columns.is_named(*c, &[w])));
        let text = named(&["location", "address", "street", "road", "where", "place", "premises"]);
        self.put(
            "location_text",
            text,
            text.map(|_| "free text: look whether it names people; only a digest of it is kept".to_owned()),
        );
        let locality = ["town", "village", "parish", "locality", "settlement", "city"];
        let locality = locality.iter().find_map(|w| self.free(&texts).find(|c| columns.is_named(*c, &[w])));
        self.put("locality", locality, None);
    }

    fn category(&mut self, columns: &Columns<'_>, all: &[usize]) {
        let is = |c: &usize| {
            let distinct = columns.distinct(*c);
            (1..=MAX_CATEGORIES).contains(&distinct)
                && (distinct * 2 <= columns.rows || columns.rows < 10)
                && columns.filled(*c).count() == columns.rows
                && !columns.are(*c, 0.5, &|v| matches!(figure(v), Figure::Number(_)))
        };
        let words = ["category", "type", "offence", "crime", "classification", "nature", "kind", "reason", "theme"];
        let candidates: Vec<usize> = self.free(all).filter(is).collect();
        let category = columns.likeliest(&candidates, &words);
        let is_sure = category.is_some_and(|c| columns.is_named(c, &words));
        let doubt = (!is_sure).then(|| "no column is named for it; this one has few values".to_owned());
        self.put("category", category, doubt);
    }

    fn text(&self, path: &Path, columns: &Columns<'_>, separator: u8) -> String {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let stem: String = file.split('.').next().unwrap_or_default().to_lowercase();
        let source: String = stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(64).collect();
        let mut lines = vec![
            format!("# Drafted from {} rows of {file}. Look at what is unsure, then try it:", columns.rows),
            "#   places import FILE.csv --mapping THIS.toml --dry-run".to_owned(),
            format!("source = {}", quoted(if source.trim_matches('-').is_empty() { "source" } else { &source })),
        ];
        if separator != b',' {
            lines.push(format!("delimiter = {}", quoted(&char::from(separator).to_string())));
        }
        lines.extend([String::new(), "[columns]".to_owned()]);
        for (key, column, doubt) in &self.lines {
            lines.extend(doubt.iter().map(|doubt| format!("# unsure: {doubt}")));
            lines.push(format!("{key} = {}", quoted(&columns.names[*column])));
        }
        if !self.lines.iter().any(|l| l.0 == "category") {
            lines.push("# unsure: no column looks like categories; one word for all".to_owned());
            lines.push("category_is = \"incident\"".to_owned());
        }
        if !self.lines.iter().any(|l| l.0 == "id") {
            lines.push(
                "# unsure: no column is a reference of its own (id): equal rows are as many incidents".to_owned(),
            );
        }
        if !self.drop.is_empty() {
            let names: Vec<String> = self.drop.iter().map(|c| quoted(&columns.names[*c])).collect();
            lines.push("# looks like personal data and is thrown away".to_owned());
            lines.push(format!("drop = [{}]", names.join(", ")));
        }
        let all: Vec<usize> = (0..columns.names.len()).collect();
        let unused: Vec<&str> = self.free(&all).map(|c| columns.names[c].as_str()).collect();
        if !unused.is_empty() {
            let names = unused.join(", ").replace(['\n', '\r'], " ");
            lines.push(format!("# not used: {names} (`keep = [...]` keeps a column, without people's names)"));
        }
        if !self.format.is_empty() || self.either_order {
            lines.extend([String::new(), "[when]".to_owned()]);
        }
        if self.either_order {
            lines.push(
                "# unsure: day or month first? Every date can be read both ways; days are taken to come first"
                    .to_owned(),
            );
        }
        if !self.format.is_empty() {
            lines.push(format!("formats = [{}]", quoted(self.format)));
        }
        lines.join("\n") + "\n"
    }
}
