//! Whatever the order of rows and files and however they are split, the answer is the same; every sum is whole.

use places::analysis::count;
use proptest::prelude::*;

use crate::support::{POLICE_HEADER, Scratch, adds_up, police_rows};

const MAPPING: &str = r#"
source = "log"
[columns]
when = "When"
when_end = "Until"
category = "Type"
lon = "X"
lat = "Y"
precision = "P"
[precision]
default = "street"
values = { premises = "premises", postcode = "postcode_unit", estate = "locality", ward = "sector", town = "district" }
"#;

fn answer(scratch: &Scratch) -> Vec<String> {
    let snapshot = scratch.snapshot();
    ["cell:9,month,category", "area:squares,weekday,hour", "cell:7,area:squares", "day", "source,category"]
        .iter()
        .map(|by| {
            let (csv, mut summary) = crate::support::count(&snapshot, &[("by", by)]);
            assert!(adds_up(&summary), "{by}: {summary}");
            summary["snapshot"] = 0.into();
            format!("{csv}{summary}")
        })
        .collect()
}

/// Rows with every precision of place and time.
fn log_rows(count: usize, seed: u64) -> Vec<String> {
    let mut rng = fastrand::Rng::with_seed(seed);
    let row = |_| {
        let (lon, lat) = (0.98 + f64::from(rng.u32(0..250)) / 1000.0, 52.48 + f64::from(rng.u32(0..250)) / 1000.0);
        let day = format!("2025-0{}-{:02}", rng.u32(1..4), rng.u32(1..29));
        let (when, until) = match rng.u32(0..5) {
            0 => (day[..7].to_owned(), String::new()),
            1 => (day, String::new()),
            2 => (format!("{day} 22:30"), format!("2025-04-{:02} 03:00", rng.u32(1..29))),
            3 => (format!("{day} 09:10"), format!("{day} 09:50")),
            _ => (format!("{day} {:02}:15", rng.u32(0..24)), String::new()),
        };
        let place = if rng.u32(0..15) == 0 { ",".to_owned() } else { format!("{lon},{lat}") };
        let precision = ["", "premises", "postcode", "estate", "ward", "town"][rng.usize(0..6)];
        format!("{when},{until},{},{place},{precision}\n", ["Fight", "Knife"][rng.usize(0..2)])
    };
    (0..count).map(row).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn order_and_splitting_of_police_files_never_change_an_answer(seed in 0_u64..1000, cut in 1_usize..199) {
        let mut rows = police_rows("2025-01", "Here", 200, seed);
        let one = Scratch::with_areas();
        one.import_police(&[one.write("2025-01-here-street.csv", format!("{POLICE_HEADER}{}", rows.concat()))]);
        fastrand::Rng::with_seed(seed).shuffle(&mut rows);
        let two = Scratch::with_areas();
        // Parts are told from editions by their names.
        let parts = [&rows[cut..], &rows[..cut]].map(|r| format!("{POLICE_HEADER}{}", r.concat()));
        let files: Vec<String> = parts.iter().enumerate()
            .map(|(i, text)| two.write(&format!("2025-01-here-street.part{i}.csv"), text)).collect();
        two.import_police(&files);
        prop_assert_eq!(answer(&one), answer(&two));
    }

    #[test]
    fn order_and_splitting_of_mapped_files_never_change_an_answer(seed in 0_u64..1000, cut in 1_usize..149) {
        let header = "When,Until,Type,X,Y,P\n";
        let mut rows = log_rows(150, seed);
        let one = Scratch::with_areas();
        let report = one.import_mapped(&[one.write("log.csv", format!("{header}{}", rows.concat()))], MAPPING);
        prop_assert!(report.adds_up());
        fastrand::Rng::with_seed(seed).shuffle(&mut rows);
        let two = Scratch::with_areas();
        let files = [two.write("b.csv", format!("{header}{}", rows[..cut].concat())), two.write("a.csv", format!("{header}{}", rows[cut..].concat()))];
        two.import_mapped(&files, MAPPING);
        prop_assert_eq!(answer(&one), answer(&two));
    }

    #[test]
    fn boxes_add_up_under_any_filter(seed in 0_u64..50, by in 0_usize..9, filter in 0_usize..10, place in 0_usize..4) {
        let scratch = Scratch::with_areas();
        scratch.import_mapped(&[scratch.write("log.csv", format!("When,Until,Type,X,Y,P\n{}", log_rows(120, seed).concat()))], MAPPING);
        let by = ["", "cell:7", "cell:9", "cell:11,hour", "area:squares", "week", "day,category", "weekday,hour", "month,area:squares"][by];
        let filters: [&[(&str, &str)]; 10] = [
            &[], &[("from", "2025-01-15")], &[("to", "2025-02-01")], &[("from", "2025-02-01"), ("to", "2025-03-01")],
            &[("hours", "22-2")], &[("weekday", "fri,sat")], &[("category", "Knife")],
            &[("weekday", "mon"), ("hours", "9-10"), ("from", "2025-01-10")], &[("hours", "0-24")], &[("source", "log")],
        ];
        let places: [&[(&str, &str)]; 4] = [&[], &[("in", "squares:Q1,squares:Q4")], &[("bbox", "1.05,52.5,1.15,52.65")], &[("cell", "87194a265ffffff")]];
        let mut pairs = vec![("by", by)];
        pairs.extend(filters[filter]);
        pairs.extend(places[place]);
        let snapshot = scratch.snapshot();
        let reader = crate::support::exact(&snapshot);
        let answer = count(&reader, &crate::support::query(&pairs)).unwrap();
        let rows = answer.rows.head();
        let summary = serde_json::to_value(&answer.summary).unwrap();
        prop_assert!(adds_up(&summary), "{summary}");
        let last = rows.columns.len() - 1;
        let sum: u64 = (0..rows.len()).map(|row| rows.text(last, row).parse::<u64>().unwrap()).sum();
        prop_assert_eq!(sum, answer.summary.counted);
        if filters[filter].is_empty() {
            prop_assert_eq!(answer.summary.total, 120);
        }
    }
}
