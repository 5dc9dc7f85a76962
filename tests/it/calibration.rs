//! A reduced run of `benches/calibration`: what is called that is not there stays below its rate, what is planted is found.
//!
//! Limits are those of the full run plus three standard errors of the smaller one; the seeds are fixed.

#[path = "../../benches/calibration/county.rs"]
mod county;
#[path = "../../benches/calibration/maps.rs"]
mod maps;
#[path = "../../benches/calibration/ratios.rs"]
mod ratios;
#[path = "../../benches/calibration/real.rs"]
mod real;
#[path = "../../benches/calibration/scans.rs"]
mod scans;
#[path = "../../benches/calibration/trends.rs"]
mod trends;

use places::stats::EmergingClass;
use rayon::prelude::*;

fn run<T: Send>(many: u64, one: impl Fn(u64) -> T + Sync + Send) -> Vec<T> {
    (0..many).into_par_iter().map(one).collect()
}

fn share<T>(results: &[T], holds: impl Fn(&T) -> bool) -> f64 {
    results.iter().filter(|r| holds(r)).count() as f64 / results.len() as f64
}

/// Three standard errors of a share.
fn reach(share: f64, of: u64) -> f64 {
    3.0 * (share * (1.0 - share) / of as f64).sqrt()
}

#[test]
fn maps_of_chance_have_no_hot_spots_and_planted_ones_are_found() {
    let all = run(150, |s| maps::map(s * 7919 + 100_003));
    let any_false = share(&all, |m| m.any_false);
    assert!(any_false <= 0.05, "{any_false}");
    let (found, knowable) = (share(&all, |m| m.found), share(&all, |m| m.knowable));
    assert!(found >= 0.75 - reach(0.75, 150) && found >= knowable - 0.06, "{found} of {knowable} knowable");
    assert!(all.iter().any(|m| m.population && m.density > 0.5 && m.dispersion > 1.5 && m.found));
    assert!(share(&all, |m| m.false_beside) < 0.25);
}

#[test]
fn steady_series_have_no_trend_and_steady_hot_spots_do_not_move() {
    let all = run(3000, |s| trends::trend(s + 1_000_003));
    for called in [share(&all, |t| t.plain), share(&all, |t| t.overlapping), share(&all, |t| t.seasonal)] {
        assert!(called <= 0.06, "{called}");
    }
    for overlapping in [false, true] {
        let all = run(60, |s| trends::emerging(s * 31 + 77, overlapping));
        assert!(share(&all, |e| e.any_class) <= 0.06 + reach(0.06, 60));
        let (steady, moving) = all.iter().fold((0, 0), |(s, m), e| (s + e.steady, m + e.moving));
        assert!(steady > 600 && (moving as f64) <= 0.12 * steady as f64, "{moving} of {steady}");
        assert!(share(&all, |e| e.middle == EmergingClass::PersistentHot) > 0.8);
    }
}

#[test]
fn intervals_of_a_change_hold_the_truth_as_often_as_they_say() {
    let all = run(3000, |s| ratios::ratio(s + 2_000_003));
    let coverage = |of: &dyn Fn(&ratios::RatioResult) -> Option<bool>| {
        let known: Vec<bool> = all.iter().filter_map(of).collect();
        share(&known, |h| *h)
    };
    let slack = reach(0.05, 3000);
    assert!(coverage(&|r| r.exact) >= 0.95 - slack);
    assert!(coverage(&|r| r.mid_p) >= 0.94 - slack);
    assert!(coverage(&|r| r.widened) >= 0.95 - slack);
    assert!(coverage(&|r| r.own) >= 0.95 - slack);
}

#[test]
fn scans_of_chance_alarm_at_their_rate() {
    let all = run(200, |s| scans::scan(s + 500, 99));
    for alarm in [share(&all, |s| s.p_value <= 0.05), share(&all, |s| s.p_gumbel <= 0.05)] {
        assert!(alarm <= 0.05 + reach(0.05, 200), "{alarm}");
    }
}

#[test]
fn scans_of_real_months_with_permuted_dates_alarm_at_their_rate() {
    let folder = tempfile::tempdir().unwrap();
    let Some(months) = real::RealMonths::load(&folder.path().join("w"), "Criminal damage and arson") else {
        println!("SKIPPED: the Norfolk months are not beside the repository");
        return;
    };
    let all = run(120, |seed| months.scan(seed, 99));
    let alarms = share(&all, |p| p.0 <= 0.05);
    assert!(alarms <= 0.05 + reach(0.05, 120), "{alarms}");
}
