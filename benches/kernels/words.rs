//! Words to values: grid references beside arithmetic on a form known before, a filter beside splitting its text.

use std::hint::black_box;

use criterion::Criterion;
use places::{
    analysis::Count,
    ask::{Question, Values},
    geocode::GridSquare,
    model::BngPoint,
};

/// References of squares of 100 m, as records give them.
fn references() -> Vec<String> {
    let point = |i: u32| BngPoint {
        easting: 600_000.0 + f64::from(i * 37 % 40_000),
        northing: 300_000.0 + f64::from(i * 91 % 40_000),
    };
    (0..1_000).filter_map(|i| GridSquare::reference(point(i), 6)).collect()
}

pub(crate) fn grid_reference(criterion: &mut Criterion) {
    let texts = references();
    let ours = |text: &str| GridSquare::parse(text).map(|s| s.corner);
    // Only squares of the 100 km square TG, six digits, no spaces.
    let plain = |text: &str| {
        let digits: u32 = text.strip_prefix("TG")?.parse().ok()?;
        let (east, north) = (f64::from(digits / 1000) * 100.0, f64::from(digits % 1000) * 100.0);
        Some(BngPoint { easting: 600_000.0 + east, northing: 300_000.0 + north })
    };
    assert!(texts.len() == 1_000 && texts.iter().all(|text| ours(text) == plain(text) && ours(text).is_some()));
    let mut group = criterion.benchmark_group("grid reference");
    group.bench_function("GridSquare::parse", |b| {
        b.iter(|| texts.iter().filter_map(|t| ours(t)).map(|p| p.easting).sum::<f64>());
    });
    group.bench_function("plain: one form only", |b| {
        b.iter(|| texts.iter().filter_map(|t| plain(t)).map(|p| p.easting).sum::<f64>());
    });
    group.finish();
}

pub(crate) fn filter_of_a_question(criterion: &mut Criterion) {
    const TEXT: &str =
        "by=cell:8,month&from=2024-01-01&to=2025-01-01&category=Robbery&category=Burglary&weekday=fri,sat&hours=22-3";
    let pairs = || TEXT.split('&').filter_map(|pair| pair.split_once('='));
    let ours = || Count::read(&Values::check(&Count::DECLARATION, black_box(pairs())).unwrap()).unwrap().query;
    let plain = || black_box(pairs()).map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>();
    let of = |name: &str| plain().into_iter().filter(|p| p.0 == name).map(|p| p.1).collect::<Vec<_>>();
    // A set of names has one order, whatever order they came in.
    let mut categories = of("category");
    categories.sort();
    assert_eq!(ours().categories, categories);
    assert_eq!(ours().from.unwrap().to_string(), of("from")[0]);
    let mut group = criterion.benchmark_group("filter of a question");
    group.bench_function("Count::read", |b| b.iter(ours));
    group.bench_function("plain: split and copied", |b| b.iter(plain));
    group.finish();
}
