//! Space-time permutation scan: is anything gathering anywhere now, given how busy each place and each time is?

use rayon::prelude::*;

use super::{
    error::{StatsError, same_length},
    random::RandomStream,
};

/// Longest height of a cylinder, in intervals.
pub const MAX_HEIGHT: usize = 12;
/// Euler's constant, for the Gumbel fit.
const EULER: f64 = 0.577_215_664_901_532_9;
/// Events from which a cylinder can be a cluster.
const LEAST_EVENTS: u64 = 2;

/// A place and those around it, nearest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// Positions of places; ring 0 is the place itself.
    pub places: Vec<u32>,
    /// How many of them lie within each radius, ascending.
    pub rings: Vec<u32>,
}

/// What is scanned.
#[derive(Debug, Clone, Copy)]
pub struct ScanInput<'a> {
    /// Events by place and interval, places first: `counts[place * intervals + interval]`, the last interval the latest.
    pub counts: &'a [u32],
    /// Number of intervals.
    pub intervals: usize,
    /// Candidate bases.
    pub bases: &'a [Base],
    /// Longest height, in intervals, counted back from the last.
    pub max_height: usize,
    /// Largest share of all events in a base.
    pub max_share: f64,
}

/// A cylinder that stands out.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// Position of its base among the bases.
    pub base: usize,
    /// Radius: position in the base's rings.
    pub ring: usize,
    /// Height in intervals, ending with the last.
    pub height: usize,
    /// Events inside.
    pub observed: u64,
    /// Expected inside, from the totals of its places and of its intervals.
    pub expected: f64,
    /// Logarithm of the generalized likelihood ratio.
    pub log_ratio: f64,
    /// `(1 + replicates with a larger maximum) / (1 + replicates)`.
    pub p_value: f64,
    /// Tail of a Gumbel distribution fitted to the maxima of the replicates: resolves below 1 / (R + 1).
    pub p_gumbel: f64,
}

/// The clusters of a scan.
#[derive(Debug, Clone, PartialEq)]
pub struct Scan {
    /// Clusters whose bases share no place, the strongest first.
    pub clusters: Vec<Cluster>,
    /// Replicates behind the p-values.
    pub replicates: usize,
    /// Events scanned.
    pub events: u64,
    /// Cylinders looked at.
    pub cylinders: usize,
}

/// Scans for clusters that end with the last interval (prospective).
///
/// With C events in all, `c_z` in the base and `c_t` in the intervals of a cylinder, `mu = c_z c_t / C`; the score of an
/// excess is `(c / mu)^c ((C - c) / (C - mu))^(C - c)`. The reference keeps every place's and every interval's total
/// and permutes dates over events, so that neither a busy place nor a busy month is an alarm. Every replicate has its own seed:
/// the result does not depend on threads.
///
/// # Errors
/// [`StatsError::Shape`]; [`StatsError::TooFew`] below two intervals; [`StatsError::NoIncidents`];
/// [`StatsError::Domain`] for a height of 0 or as long as the series, a share outside 0 to 1, or a base with an unknown place.
///
/// # Examples
/// ```
/// use places::stats::{Base, ScanInput, space_time_scan};
/// // Three places over four months: the second has all of its events in the last one.
/// let counts = [5, 5, 5, 5, 0, 0, 0, 12, 5, 5, 5, 5];
/// let bases: Vec<Base> = (0..3).map(|place| Base { places: vec![place], rings: vec![1] }).collect();
/// let input = ScanInput { counts: &counts, intervals: 4, bases: &bases, max_height: 2, max_share: 0.5 };
/// let scan = space_time_scan(&input, 199, 7)?;
/// assert_eq!((scan.clusters[0].base, scan.clusters[0].observed, scan.clusters[0].height), (1, 12, 1));
/// assert_eq!(scan.clusters[0].p_value, 1.0 / 200.0);
/// # Ok::<(), places::stats::StatsError>(())
/// ```
///
/// # References
/// Kulldorff, Heffernan, Hartman, Assunção & Mostashari (2005), `PLoS` Medicine 2(3):e59; Gumbel tail: Abrams, Kulldorff & Kleinman (2010).
pub fn space_time_scan(input: &ScanInput<'_>, replicates: usize, seed: u64) -> Result<Scan, StatsError> {
    watched_scan(input, replicates, seed, &|| true)
}

/// The same, asking before every replicate whether to go on.
///
/// # Errors
/// Those of [`space_time_scan`], and [`StatsError::Stopped`].
pub fn watched_scan(
    input: &ScanInput<'_>,
    replicates: usize,
    seed: u64,
    goes_on: &(dyn Fn() -> bool + Sync),
) -> Result<Scan, StatsError> {
    let scanner = Scanner::new(input)?;
    let mut candidates = Vec::new();
    let cumulative = scanner.observed(input);
    scanner.each_excess(&cumulative, |cylinder, observed, log_ratio| candidates.push((cylinder, observed, log_ratio)));
    let mut maxima: Vec<f64> = (0..replicates)
        .into_par_iter()
        .map_init(
            || Vec::with_capacity(scanner.place_of.len()),
            |places, r| goes_on().then(|| scanner.maximum(places, seed, r as u64)),
        )
        .collect::<Option<_>>()
        .ok_or(StatsError::Stopped)?;
    maxima.sort_unstable_by(f64::total_cmp);
    let gumbel = Gumbel::fit(&maxima);
    candidates.sort_by(|a, b| b.2.total_cmp(&a.2).then(a.0.cmp(&b.0)));
    let mut taken = vec![false; scanner.places];
    let mut clusters = Vec::new();
    for (cylinder, observed, log_ratio) in candidates {
        let places = places_of(input.bases, cylinder);
        if places.iter().any(|&p| taken[p as usize]) {
            continue;
        }
        places.iter().for_each(|&p| taken[p as usize] = true);
        let larger = maxima.len() - maxima.partition_point(|m| *m < log_ratio);
        let (base, ring, height) = cylinder;
        clusters.push(Cluster {
            base: base as usize,
            ring: ring as usize,
            height: height as usize + 1,
            observed,
            expected: scanner.expected(cylinder),
            log_ratio,
            p_value: (larger as f64 + 1.0) / (replicates as f64 + 1.0),
            p_gumbel: gumbel.upper(log_ratio),
        });
    }
    Ok(Scan { clusters, replicates, events: scanner.events, cylinders: scanner.cylinders.len() * scanner.heights })
}

/// Base, ring and height (less one).
type Cylinder = (u32, u32, u32);

/// Everything that permutation leaves as it is.
struct Scanner<'a> {
    bases: &'a [Base],
    places: usize,
    events: u64,
    heights: usize,
    /// Place of every event.
    place_of: Vec<u32>,
    /// Events of the last interval, the one before, ...
    drawn: Vec<usize>,
    /// (base, ring) of candidate bases, by base.
    cylinders: Vec<(u32, u32)>,
    /// For each of them and each height: log of the expected count, and of the events not expected.
    logs: Vec<[f64; 2]>,
    /// `n ln n`.
    n_log_n: Vec<f64>,
    expected: Vec<f64>,
}

impl<'a> Scanner<'a> {
    fn new(input: &ScanInput<'a>) -> Result<Self, StatsError> {
        let intervals = input.intervals;
        if intervals < 2 {
            return Err(StatsError::TooFew { what: "a scan", needed: 2, found: intervals });
        }
        if input.max_height == 0 || input.max_height >= intervals || input.max_height > MAX_HEIGHT {
            return Err(StatsError::Domain {
                what: "the height",
                expected: "at least 1, at most 12 and less than the intervals",
            });
        }
        if !(0.0..=1.0).contains(&input.max_share) {
            return Err(StatsError::Domain { what: "the share of a base", expected: "between 0 and 1" });
        }
        let places = input.counts.len() / intervals;
        same_length("counts and intervals", input.counts.len(), places * intervals)?;
        if input.bases.iter().flat_map(|b| &b.places).any(|&p| p as usize >= places) {
            return Err(StatsError::Domain { what: "a base", expected: "made of the places" });
        }
        let of_place: Vec<u64> =
            input.counts.chunks_exact(intervals).map(|c| c.iter().map(|&n| u64::from(n)).sum()).collect();
        let events: u64 = of_place.iter().sum();
        if events == 0 {
            return Err(StatsError::NoIncidents);
        }
        let place_of =
            of_place.iter().enumerate().flat_map(|(p, &n)| std::iter::repeat_n(p as u32, n as usize)).collect();
        let of_interval = |back: usize| -> usize {
            (0..places).map(|p| input.counts[p * intervals + intervals - 1 - back] as usize).sum()
        };
        let drawn: Vec<usize> = (0..input.max_height).map(of_interval).collect();
        let n_log_n = (0..=events).map(|n| if n == 0 { 0.0 } else { n as f64 * (n as f64).ln() }).collect();
        let mut scanner = Self {
            bases: input.bases,
            places,
            events,
            heights: input.max_height,
            place_of,
            drawn,
            cylinders: Vec::new(),
            logs: Vec::new(),
            n_log_n,
            expected: Vec::new(),
        };
        scanner.list_cylinders(&of_place, input.max_share);
        Ok(scanner)
    }

    /// Cylinders whose base is new at its ring and holds at most the largest share.
    fn list_cylinders(&mut self, of_place: &[u64], max_share: f64) {
        let all = self.events as f64;
        for (b, base) in self.bases.iter().enumerate() {
            let (mut sum, mut done) = (0_u64, 0);
            for (ring, &end) in base.rings.iter().enumerate() {
                let end = (end as usize).min(base.places.len());
                sum += base.places[done.min(end)..end].iter().map(|&p| of_place[p as usize]).sum::<u64>();
                done = end.max(done);
                if sum as f64 > max_share * all {
                    break;
                }
                self.cylinders.push((b as u32, ring as u32));
                let mut in_time = 0;
                for drawn in &self.drawn {
                    in_time += drawn;
                    let mu = sum as f64 * in_time as f64 / all;
                    self.expected.push(mu);
                    self.logs.push([mu.ln(), (all - mu).ln()]);
                }
            }
        }
    }

    /// Events of every place in the last interval, the last two, ...
    fn observed(&self, input: &ScanInput<'_>) -> Vec<u32> {
        let mut cumulative = Vec::with_capacity(self.places * self.heights);
        for counts in input.counts.chunks_exact(input.intervals) {
            let mut sum = 0;
            cumulative.extend(counts.iter().rev().take(self.heights).map(|n| {
                sum += n;
                sum
            }));
        }
        cumulative
    }

    /// The largest score when dates are permuted over events.
    fn maximum(&self, places: &mut Vec<u32>, seed: u64, replicate: u64) -> f64 {
        places.clear();
        places.extend_from_slice(&self.place_of);
        RandomStream::new(seed, replicate).choose(places, self.drawn.iter().sum());
        let mut cumulative = vec![0; self.places * self.heights];
        let mut from = 0;
        for (height, &drawn) in self.drawn.iter().enumerate() {
            for &place in &places[from..from + drawn] {
                cumulative[place as usize * self.heights + height] += 1;
            }
            from += drawn;
        }
        for of_place in cumulative.chunks_exact_mut(self.heights) {
            (1..self.heights).for_each(|h| of_place[h] += of_place[h - 1]);
        }
        let mut maximum = 0.0_f64;
        self.each_excess(&cumulative, |_, _, log_ratio| maximum = maximum.max(log_ratio));
        maximum
    }

    /// Visits every cylinder with more events than expected.
    fn each_excess(&self, cumulative: &[u32], mut visit: impl FnMut(Cylinder, u64, f64)) {
        let mut sums = [0_u32; MAX_HEIGHT];
        let (mut last, mut done) = (u32::MAX, 0);
        for (i, &(base, ring)) in self.cylinders.iter().enumerate() {
            if base != last {
                (last, done) = (base, 0);
                sums = [0; MAX_HEIGHT];
            }
            let of_base = &self.bases[base as usize];
            let end = (of_base.rings[ring as usize] as usize).min(of_base.places.len());
            for &place in &of_base.places[done.min(end)..end] {
                let counts = &cumulative[place as usize * self.heights..][..self.heights];
                sums.iter_mut().zip(counts).for_each(|(sum, n)| *sum += n);
            }
            done = end.max(done);
            for (height, &observed) in sums.iter().take(self.heights).enumerate() {
                let at = i * self.heights + height;
                let observed = u64::from(observed);
                if observed < LEAST_EVENTS || observed as f64 <= self.expected[at] {
                    continue;
                }
                let [log_mu, log_rest] = self.logs[at];
                let rest = self.events - observed;
                let rest_term = if rest == 0 { 0.0 } else { self.n_log_n[rest as usize] - rest as f64 * log_rest };
                let log_ratio = self.n_log_n[observed as usize] - observed as f64 * log_mu + rest_term;
                visit((base, ring, height as u32), observed, log_ratio);
            }
        }
    }

    fn expected(&self, (base, ring, height): Cylinder) -> f64 {
        let i = self.cylinders.partition_point(|c| *c < (base, ring));
        self.expected[i * self.heights + height as usize]
    }
}

/// Places in the base of a cylinder.
fn places_of(bases: &[Base], (base, ring, _): Cylinder) -> &[u32] {
    let base = &bases[base as usize];
    &base.places[..(base.rings[ring as usize] as usize).min(base.places.len())]
}

/// A Gumbel distribution by the method of moments.
struct Gumbel {
    location: f64,
    scale: f64,
}

impl Gumbel {
    fn fit(values: &[f64]) -> Self {
        let n = values.len() as f64;
        if values.len() < 2 {
            return Self { location: f64::NAN, scale: f64::NAN };
        }
        let mean = values.iter().sum::<f64>() / n;
        let deviation = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        let scale = deviation * 6.0_f64.sqrt() / std::f64::consts::PI;
        Self { location: mean - EULER * scale, scale }
    }

    /// `P(X > x)`; 1 where nothing could be fitted.
    fn upper(&self, x: f64) -> f64 {
        if self.scale.is_nan() || self.scale <= 0.0 {
            return 1.0;
        }
        -(-(-(x - self.location) / self.scale).exp()).exp_m1()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line of places, each with the two beside it.
    fn line(places: u32) -> Vec<Base> {
        (0..places)
            .map(|p| {
                let around: Vec<u32> =
                    [p.checked_sub(1), Some(p + 1).filter(|n| *n < places)].into_iter().flatten().collect();
                let all: Vec<u32> = std::iter::once(p).chain(around).collect();
                Base { rings: vec![1, all.len() as u32], places: all }
            })
            .collect()
    }

    fn busy(places: usize, intervals: usize) -> Vec<u32> {
        // Busy places and busy intervals, exactly multiplicative.
        (0..places).flat_map(|p| (0..intervals).map(move |t| (1 + p as u32 % 4) * (1 + t as u32 % 3))).collect()
    }

    #[test]
    fn the_score_is_the_likelihood_ratio_and_a_planted_cluster_is_first() {
        let (places, intervals) = (40, 12);
        let mut counts = busy(places, intervals);
        (0..2).for_each(|back| counts[20 * intervals + intervals - 1 - back] += 12);
        let bases = line(40);
        let input = ScanInput { counts: &counts, intervals, bases: &bases, max_height: 3, max_share: 0.5 };
        let found = space_time_scan(&input, 999, 5).unwrap();
        let first = &found.clusters[0];
        assert_eq!((first.base, first.ring, first.height), (20, 0, 2));
        let total = f64::from(counts.iter().sum::<u32>());
        let of_place = f64::from(counts[20 * intervals..21 * intervals].iter().sum::<u32>());
        let of_time =
            f64::from((0..places).map(|p| counts[p * intervals + 10] + counts[p * intervals + 11]).sum::<u32>());
        let (c, mu) = (first.observed as f64, of_place * of_time / total);
        let log_ratio = c * (c / mu).ln() + (total - c) * ((total - c) / (total - mu)).ln();
        assert!((first.log_ratio - log_ratio).abs() < 1e-9 && (first.expected - mu).abs() < 1e-9);
        assert!(first.p_value <= 0.001 + 1e-12 && first.p_gumbel < 0.001);
        assert_eq!(found, space_time_scan(&input, 999, 5).unwrap());
    }

    #[test]
    fn busy_places_and_busy_times_are_no_alarm() {
        let counts = busy(40, 12);
        let bases = line(40);
        let input = ScanInput { counts: &counts, intervals: 12, bases: &bases, max_height: 3, max_share: 0.5 };
        let found = space_time_scan(&input, 199, 1).unwrap();
        assert!(found.clusters.iter().all(|c| c.p_value > 0.5), "{:?}", found.clusters.first());
    }

    #[test]
    fn the_same_seed_gives_the_same_scan_on_one_thread_and_on_many() {
        let mut counts = busy(30, 8);
        counts[100] += 7;
        let bases = line(30);
        let input = ScanInput { counts: &counts, intervals: 8, bases: &bases, max_height: 2, max_share: 0.5 };
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| space_time_scan(&input, 99, 42).unwrap())
        };
        assert_eq!(on(1), on(5));
    }

    #[test]
    fn what_cannot_be_scanned_says_why() {
        let bases = line(3);
        let scan = |counts: &[u32], intervals, max_height| {
            space_time_scan(&ScanInput { counts, intervals, bases: &bases, max_height, max_share: 0.5 }, 9, 1)
        };
        assert_eq!(scan(&[0; 9], 3, 1), Err(StatsError::NoIncidents));
        assert!(matches!(scan(&[1; 3], 1, 1), Err(StatsError::TooFew { .. })));
        assert!(matches!(scan(&[1; 9], 3, 3), Err(StatsError::Domain { .. })));
        assert!(matches!(scan(&[1; 6], 3, 1), Err(StatsError::Domain { .. })));
        assert!(scan(&[1, 1, 1, 1, 1, 1, 1, 1, 1], 3, 1).unwrap().clusters.iter().all(|c| c.p_value > 0.3));
    }
}
