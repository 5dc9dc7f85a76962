//! Answers that leave piece by piece are those that are held, whatever their length.

use std::fmt::Write as _;

use crate::support::Scratch;

const MAPPING: &str = "source = \"log\"\n[columns]\nid = \"Ref\"\nwhen = \"Day\"\ncategory = \"Type\"\nlon = \"Lon\"\nlat = \"Lat\"\n[precision]\ndefault = \"premises\"\n";

/// Ninety thousand records on some four thousand places known to the metre, ninety days and three categories.
fn scratch() -> Scratch {
    let scratch = Scratch::with_areas();
    let mut rng = fastrand::Rng::with_seed(11);
    let mut text = "Ref,Day,Type,Lon,Lat\n".to_owned();
    for i in 0..90_000 {
        let (lon, lat) =
            (f64::from(rng.u32(0..64)) * 0.00301 + 1.00437, f64::from(rng.u32(0..64)) * 0.00301 + 52.50437);
        let (month, day, kind) = (rng.u32(1..4), rng.u32(1..29), ["Noise", "Knife", "Litter"][rng.usize(0..3)]);
        writeln!(text, "r{i},2025-{month:02}-{day:02},{kind},{lon:.5},{lat:.5}").unwrap();
    }
    scratch.import_mapped(&[scratch.write("log.csv", text)], MAPPING);
    scratch
}

/// Rows of a csv with their columns in another order, sorted.
fn rearranged(csv: &str, order: &[usize]) -> Vec<String> {
    let row = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        order.iter().map(|&i| fields[i]).collect::<Vec<_>>().join(",")
    };
    let mut rows: Vec<String> = csv.lines().skip(1).map(row).collect();
    rows.sort();
    rows
}

#[test]
fn pieces_are_the_rows_that_are_held_in_order_and_each_once() {
    let scratch = scratch();
    // With a place first rows come by; with it last they are held and sorted.
    let (by_cell, summary) = scratch.count(&[("by", "cell:11,day,category")]);
    let (held, same) = scratch.count(&[("by", "day,category,cell:11")]);
    assert_eq!(summary, same);
    assert!(by_cell.lines().count() > 1 << 16, "more than one piece: {}", by_cell.lines().count());
    assert_eq!(rearranged(&by_cell, &[0, 1, 2, 3]), rearranged(&held, &[2, 0, 1, 3]));
    let keys: Vec<&str> = by_cell.lines().skip(1).map(|l| l.split(',').next().unwrap()).collect();
    assert!(keys.is_sorted(), "by cell");
    let (two, _) = scratch.count(&[("by", "area:squares,cell:9,day")]);
    let (held, _) = scratch.count(&[("by", "day,area:squares,cell:9")]);
    assert_eq!(rearranged(&two, &[0, 1, 2, 3, 4]), rearranged(&held, &[1, 2, 3, 0, 4]));
    let keys: Vec<(&str, &str)> = two.lines().skip(1).map(|l| (&l[..2], l.split(',').nth(2).unwrap())).collect();
    assert!(keys.is_sorted(), "by area and cell");
}

#[test]
fn zeros_stand_among_the_counted_and_the_largest_are_the_first_of_all() {
    let scratch = scratch();
    let (counted, _) = scratch.count(&[("by", "cell:9,day")]);
    let (all, _) = scratch.count(&[("by", "cell:9,day"), ("zeros", "true")]);
    let not_zero = |l: &&str| !l.ends_with(",0");
    assert_eq!(all.lines().filter(not_zero).collect::<Vec<_>>(), counted.lines().collect::<Vec<_>>());
    let keys: Vec<&str> = all.lines().skip(1).map(|l| l.rsplit_once(',').unwrap().0).collect();
    assert!(keys.is_sorted() && keys.windows(2).all(|w| w[0] != w[1]));
    assert!(keys.len() > 1 << 16, "more than one piece: {}", keys.len());
    for zeros in ["false", "true"] {
        let (top, _) = scratch.count(&[("by", "cell:9,day"), ("top", "500"), ("zeros", zeros)]);
        let mut rows: Vec<(u64, &str)> = all
            .lines()
            .skip(1)
            .map(|l| l.rsplit_once(',').map(|(key, n)| (n.parse().unwrap(), key)).unwrap())
            .collect();
        // Of equal counts the first.
        rows.sort_by_key(|row| std::cmp::Reverse(row.0));
        let expected: Vec<String> = rows.iter().take(500).map(|(n, key)| format!("{key},{n}")).collect();
        assert_eq!(top.lines().skip(1).collect::<Vec<_>>(), expected);
    }
    // More are asked for than were counted: the zeros fill up.
    let wanted = (counted.lines().count() + 10).to_string();
    let (top, _) = scratch.count(&[("by", "cell:9,day"), ("top", &wanted), ("zeros", "true")]);
    assert_eq!(top.lines().filter(|l| l.ends_with(",0")).count(), 11);
}
