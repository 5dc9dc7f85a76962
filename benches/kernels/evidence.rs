//! Statistics: tails beside their sums, choices beside another library's, a scan beside its cheapest step.

use std::hint::black_box;

use criterion::Criterion;
use places::stats::{Base, RandomStream, ScanInput, binomial, binomial_upper, space_time_scan};

/// The tail that makes the hot-spot flag, for a busy and a quiet neighborhood.
pub(crate) fn exact_tail(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("exact tail");
    for (x, n, p) in [(12, 4_000, 0.001), (3_100, 60_000, 0.05)] {
        let ours = || binomial_upper(black_box(x), n, p);
        let plain = || (black_box(x)..=n).map(|k| binomial(k, n, p)).take_while(|q| *q > 0.0).sum::<f64>();
        assert!((ours() / plain() - 1.0).abs() < 1e-9, "{} {}", ours(), plain());
        group.bench_function(format!("binomial_upper, {x} of {n}"), |b| b.iter(ours));
        group.bench_function(format!("plain: the sum, {x} of {n}"), |b| b.iter(plain));
    }
    group.finish();
}

/// The dates of a replicate: six thousand of sixty-five thousand events, without replacement.
pub(crate) fn choice_of_a_replicate(criterion: &mut Criterion) {
    const EVENTS: usize = 65_000;
    const CHOSEN: usize = 6_000;
    let mut events: Vec<u32> = (0..EVENTS as u32).collect();
    RandomStream::new(5, 1).choose(&mut events, CHOSEN);
    let mut sorted = events.clone();
    sorted.sort_unstable();
    assert!(sorted.iter().enumerate().all(|(i, &event)| i == event as usize), "a choice loses nothing");
    let mut group = criterion.benchmark_group("choice of a replicate");
    group.bench_function("RandomStream::choose", |b| {
        let mut replicate = 0;
        b.iter(|| {
            replicate += 1;
            RandomStream::new(5, replicate).choose(&mut events, CHOSEN);
            events[0]
        });
    });
    group.bench_function("plain: fastrand, a swap each", |b| {
        let mut seed = 0;
        b.iter(|| {
            seed += 1;
            let mut rng = fastrand::Rng::with_seed(seed);
            (0..CHOSEN).for_each(|i| events.swap(i, rng.usize(i..EVENTS)));
            events[0]
        });
    });
    group.finish();
}

/// A year of a small town: a line of cells, bases of a cell and its neighbors.
pub(crate) fn scan(criterion: &mut Criterion) {
    const CELLS: usize = 400;
    let mut rng = fastrand::Rng::with_seed(8);
    let counts: Vec<u32> = (0..CELLS * 12).map(|_| rng.u32(0..3)).collect();
    let base = |i: usize| {
        let places = [Some(i), i.checked_sub(1), Some(i + 1).filter(|j| *j < CELLS)];
        let places: Vec<u32> = places.into_iter().flatten().map(|p| p as u32).collect();
        Base { rings: vec![1, places.len() as u32], places }
    };
    let bases: Vec<Base> = (0..CELLS).map(base).collect();
    let input = ScanInput { counts: &counts, intervals: 12, bases: &bases, max_height: 3, max_share: 0.5 };
    let best = |replicates: usize| space_time_scan(&input, replicates, 5).unwrap().clusters[0].log_ratio;
    assert_eq!(best(9), best(99), "replicates decide how sure a cluster is, not which it is");
    let mut group = criterion.benchmark_group("scan");
    group.bench_function("99 replicates", |b| b.iter(|| best(99)));
    group.bench_function("plain: no replicate, a 99th of it", |b| b.iter(|| best(0)));
    group.finish();
}
