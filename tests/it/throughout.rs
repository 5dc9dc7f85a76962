//! Questions of change are asked of what was there throughout: suppliers, categories and places.

use std::fmt::Write as _;

use crate::support::{POLICE_HEADER, Scratch, places};

/// Four squares in two districts of Norfolk.
fn norfolk() -> Scratch {
    let scratch = Scratch::new();
    let text = crate::support::squares().replace("\"A\"", "\"E07000149\"").replace("\"B\"", "\"E07000143\"");
    let file = scratch.write("areas.geojson", text);
    ask(&scratch, &["areas", "add", "sq", &file, "--study-area"]);
    scratch
}

/// Standard output, and what stood beside it.
fn ask(scratch: &Scratch, arguments: &[&str]) -> (String, String) {
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let output = places(&[&["--workspace", root.as_str()], arguments].concat());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

/// A month of a force: so many rows of some categories in turn, on a grid over all squares or at one point; every nth has no
/// place.
struct Delivery<'a> {
    month: &'a str,
    force: &'a str,
    rows: usize,
    categories: &'a [&'a str],
    at: Option<(f64, f64)>,
    without_place: usize,
}

impl<'a> Delivery<'a> {
    fn new(month: &'a str, force: &'a str, rows: usize) -> Self {
        Self { month, force, rows, categories: &["Robbery", "Burglary"], at: None, without_place: 1_000_000 }
    }

    fn write(&self, scratch: &Scratch) -> String {
        let name = if self.force == "btp" { "British Transport Police" } else { "Norfolk Constabulary" };
        let mut text = POLICE_HEADER.to_owned();
        for i in 0..self.rows {
            let grid = (1.005 + 0.19 * (i * 7 % 40) as f64 / 40.0, 52.505 + 0.19 * (i * 11 % 40) as f64 / 40.0);
            let (lon, lat) = self.at.unwrap_or(grid);
            let place = if i % self.without_place == self.without_place - 1 {
                ",".to_owned()
            } else {
                format!("{lon:.6},{lat:.6}")
            };
            let (month, kind) = (self.month, self.categories[i % self.categories.len()]);
            writeln!(text, "{}{i:04},{month},{name},{name},{place},Road {},,,{kind},,", self.force, i % 9).unwrap();
        }
        scratch.write(&format!("{}-{}-street.csv", self.month, self.force), text)
    }
}

fn import(scratch: &Scratch, deliveries: &[Delivery<'_>]) {
    let files: Vec<String> = deliveries.iter().map(|d| d.write(scratch)).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let (_, said) = ask(scratch, &[&["import"], files.as_slice(), &["--source", "police.uk"]].concat());
    assert!(!said.contains("error"), "{said}");
}

const YEAR: [&str; 12] = [
    "2024-07", "2024-08", "2024-09", "2024-10", "2024-11", "2024-12", "2025-01", "2025-02", "2025-03", "2025-04",
    "2025-05", "2025-06",
];
const HALVES: [&str; 4] = ["--before", "2024-07-01..2025-01-01", "--after", "2025-01-01..2025-07-01"];
const STATION: Option<(f64, f64)> = Some((1.05, 52.55));

fn compare(scratch: &Scratch, place: &str) -> String {
    ask(scratch, &[&["compare", "--place", place], &HALVES[..]].concat()).0
}

#[test]
fn a_supplier_that_stopped_or_began_is_left_out_and_named() {
    for (months, word) in [(0..7, "2025-02..2025-06"), (9..12, "2024-07..2025-03"), (0..12, "")] {
        let scratch = norfolk();
        let own = YEAR.iter().map(|m| Delivery::new(m, "norfolk", 200));
        let guest = YEAR[months].iter().map(|m| Delivery { at: STATION, ..Delivery::new(m, "btp", 60) });
        import(&scratch, &own.chain(guest).collect::<Vec<_>>());
        let claim = compare(&scratch, "sq:Q1");
        assert!(claim.contains("Verdict: no clear change."), "{claim}");
        assert_eq!(claim.contains("records of btp (police.uk), which did not deliver"), !word.is_empty(), "{claim}");
        assert!(claim.contains(word), "{claim}");
        // A supplier that was there throughout counts.
        let before = if word.is_empty() { 270 + 360 } else { 270 };
        assert!(claim.contains(&format!("all categories, police.uk: {before} incidents")), "{claim}");
        let (briefing, _) = ask(&scratch, &["briefing", "--as-of", "2025-07-01", "--since", "2025-06-01"]);
        assert!(briefing.contains("no area stands out"), "{briefing}");
        assert_eq!(briefing.contains("records of btp"), !word.is_empty(), "{briefing}");
        // A plain count counts every record.
        let (count, _) = ask(&scratch, &["count", "--category", "Robbery,Burglary", "--format", "csv"]);
        let all = 2400
            + 60 * if word.is_empty() {
                12
            } else if word.ends_with("06") {
                7
            } else {
                3
            };
        assert!(count.contains(&all.to_string()), "{count}");
    }
}

#[test]
fn a_share_without_a_place_that_changed_takes_the_verdict_away() {
    let months = ["2024-01", "2024-02", "2024-03", "2025-01", "2025-02", "2025-03"];
    for (changed, verdict) in [(6, "no clear change"), (3, "not known: the share of records without a place changed")] {
        let scratch = norfolk();
        let every = |i: usize| if i < changed { 50 } else { 3 };
        let deliveries = months.iter().enumerate();
        let deliveries =
            deliveries.map(|(i, m)| Delivery { without_place: every(i), ..Delivery::new(m, "norfolk", 400) });
        import(&scratch, &deliveries.collect::<Vec<_>>());
        let (claim, _) = ask(&scratch, &["compare", "--place", "sq:Q1", "--before", "2024-Q1", "--after", "2025-Q1"]);
        assert!(claim.contains(&format!("Verdict: {verdict}")), "{claim}");
        assert!(claim.contains("2.0 % before"), "{claim}");
        let (trend, said) = ask(&scratch, &["trend", "--area", "sq"]);
        let noted = format!("{trend}{said}").contains("The share of records without a place changed");
        assert_eq!(noted, changed < 6, "{said}");
    }
}

/// A year of so many records a month of each category; drugs are recorded in the first months alone.
fn import_a_year_that_loses_drugs(scratch: &Scratch, months: usize, each: usize) {
    let of = |i: usize| if i < months { &["Robbery", "Burglary", "Drugs"][..] } else { &["Robbery", "Burglary"][..] };
    let delivery = |(i, month)| Delivery { categories: of(i), ..Delivery::new(month, "norfolk", each * of(i).len()) };
    let deliveries: Vec<Delivery<'_>> = YEAR.into_iter().enumerate().map(delivery).collect();
    import(scratch, &deliveries);
}

#[test]
fn a_category_that_is_no_longer_recorded_is_left_out_and_never_a_fall() {
    let scratch = norfolk();
    import_a_year_that_loses_drugs(&scratch, 8, 100);
    let claim = compare(&scratch, "sq:Q1");
    assert!(claim.contains("Verdict: no clear change."), "{claim}");
    assert!(claim.contains("Drugs of police.uk, which was probably not recorded in 2025-03..2025-06"), "{claim}");
    let (answer, said) =
        ask(&scratch, &[&["compare", "--place", "sq:Q1", "--category", "Drugs"], &HALVES[..]].concat());
    assert!(answer.is_empty() && said.contains("there is no answer. Left out: Drugs"), "{answer}{said}");
    let (briefing, _) = ask(&scratch, &["briefing", "--as-of", "2025-07-01", "--since", "2025-06-01"]);
    assert!(briefing.contains("no area stands out") && briefing.contains("Drugs of police.uk"), "{briefing}");
}

#[test]
fn a_category_lost_before_everything_asked_is_named_too() {
    let scratch = norfolk();
    import_a_year_that_loses_drugs(&scratch, 4, 50);
    let named = "Drugs of police.uk, which was probably not recorded in 2024-11..2025-06";
    let periods = ["--before", "2025-01..2025-03", "--after", "2025-04..2025-06"];
    for question in [
        &["briefing", "--as-of", "2025-07-01", "--since", "2025-06-01"][..],
        &["trend", "--area", "sq", "--from", "2025-01-01"],
        &["emerging", "--from", "2025-01-01"],
        &["count", "--by", "area:sq,category", "--from", "2025-01-01", "--zeros"],
        &[&["compare", "--place", "sq:Q1"], &periods[..]].concat(),
    ] {
        let (answer, said) = ask(&scratch, question);
        assert!(format!("{answer}{said}").contains(named), "{question:?}: {answer}{said}");
    }
    // Its noughts are none: nothing is said of it alone.
    let alone = [&["compare", "--place", "sq:Q1", "--category", "Drugs"], &periods[..]].concat();
    let (answer, said) = ask(&scratch, &alone);
    assert!(answer.is_empty() && said.contains(&format!("there is no answer. Left out: {named}")), "{answer}{said}");
}

#[test]
fn a_real_fall_is_still_called_one() {
    let scratch = norfolk();
    let rows = |i: usize| if i < 6 { 400 } else { 120 };
    let deliveries = YEAR.iter().enumerate();
    let deliveries =
        deliveries.map(|(i, m)| Delivery { at: STATION, without_place: 50, ..Delivery::new(m, "norfolk", rows(i)) });
    import(&scratch, &deliveries.collect::<Vec<_>>());
    let claim = compare(&scratch, "sq:Q1");
    assert!(claim.contains("Verdict: lower than before"), "{claim}");
}

#[test]
fn files_without_a_column_of_the_part_still_know_their_suppliers() {
    let scratch = norfolk();
    let own = YEAR.iter().map(|m| Delivery::new(m, "norfolk", 200));
    let guest = YEAR[..7].iter().map(|m| Delivery { at: STATION, ..Delivery::new(m, "btp", 60) });
    import(&scratch, &own.chain(guest).collect::<Vec<_>>());
    let claim = compare(&scratch, "sq:Q1");
    let (parts, _) = ask(&scratch, &["coverage", "--source", "police.uk", "--format", "csv"]);
    assert!(parts.contains("police.uk,btp,2025-01,,,received"), "{parts}");
    // Another layer writes every partition anew.
    let file = scratch.write("again.geojson", crate::support::squares());
    ask(&scratch, &["areas", "add", "again", &file]);
    let again = compare(&scratch, "sq:Q1");
    let told = |claim: &str| claim.lines().take_while(|l| !l.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(told(&claim), told(&again));
}
