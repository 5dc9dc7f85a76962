//! The rules of methods.md section 6 as predicates, each written by itself; a history must satisfy the one it is given.

use super::*;

const TRENDS: [Trend; 3] = [Trend::Rising, Trend::Falling, Trend::None];

fn histories(length: usize) -> impl Iterator<Item = Vec<Step>> {
    let kinds = [Step::Hot, Step::Cold, Step::Neither];
    (0..3_usize.pow(length as u32))
        .map(move |code| (0..length).map(|i| kinds[code / 3_usize.pow(i as u32) % 3]).collect())
}

/// The row of the table for a class, by its letter.
fn rule_holds(class: EmergingClass, steps: &[Step], trend: Trend, variant: Variant) -> bool {
    use EmergingClass as C;
    let mirrored: Vec<Step> = steps
        .iter()
        .map(|s| match s {
            Step::Hot => Step::Cold,
            Step::Cold => Step::Hot,
            Step::Neither => Step::Neither,
        })
        .collect();
    let hot_twin = C::ALL.into_iter().find(|c| *c != C::NoPattern && c.cold() == class && *c != class);
    if let Some(twin) = hot_twin {
        let trend = [Trend::Falling, Trend::Rising, Trend::None][TRENDS.iter().position(|t| *t == trend).unwrap()];
        return rule_holds(twin, &mirrored, trend, variant);
    }
    let n = steps.len();
    let is_hot: Vec<bool> = steps.iter().map(|s| *s == Step::Hot).collect();
    let hot = is_hot.iter().filter(|h| **h).count();
    let share = hot as f64 / n as f64;
    let last = is_hot[n - 1];
    let cold_before = steps[..n - 1].contains(&Step::Cold);
    let first = is_hot.iter().position(|h| *h).unwrap_or(n);
    let unbroken = is_hot[first..].iter().all(|h| *h);
    match class {
        C::NewHot => last && hot == 1,
        C::ConsecutiveHot => last && unbroken && share < 0.9 && (variant == Variant::Older || hot >= 2),
        C::IntensifyingHot => share >= 0.9 && last && trend == Trend::Rising,
        C::PersistentHot => share >= 0.9 && last && trend == Trend::None,
        C::DiminishingHot => share >= 0.9 && last && trend == Trend::Falling,
        C::SporadicHot => hot > 0 && share < 0.9 && !steps.contains(&Step::Cold) && (last || variant == Variant::Older),
        C::OscillatingHot => last && cold_before && share < 0.9,
        C::HistoricalHot => !last && share >= 0.9,
        C::NoPattern => {
            C::ALL.into_iter().filter(|c| *c != C::NoPattern).all(|c| !rule_holds(c, steps, trend, variant))
        }
        _ => unreachable!("cold classes were turned round"),
    }
}

#[test]
fn every_history_has_one_class_whose_rule_it_satisfies() {
    let mut seen = std::collections::BTreeSet::new();
    for variant in [Variant::Newer, Variant::Older] {
        for length in 1..=8 {
            let mut labelled = 0;
            for steps in histories(length) {
                for trend in TRENDS {
                    let class = classify(&steps, trend, variant);
                    assert!(rule_holds(class, &steps, trend, variant), "{class:?} {steps:?} {trend:?} {variant:?}");
                    seen.insert(class);
                    labelled += 1;
                }
            }
            assert_eq!(labelled, 3_usize.pow(length as u32) * 3);
        }
    }
    // Historical needs ten steps: at most eight give 7 of 8.
    assert_eq!(seen.len(), 15);
}

#[test]
fn overlaps_are_settled_as_written() {
    let mut long = vec![Step::Hot; 9];
    long.push(Step::Neither);
    for trend in TRENDS {
        assert_eq!(classify(&long, trend, Variant::Newer), EmergingClass::HistoricalHot);
    }
    // Nearly always hot, hot at last, once cold: not oscillating.
    let mut once_cold = vec![Step::Hot; 10];
    once_cold[3] = Step::Cold;
    assert_eq!(classify(&once_cold, Trend::None, Variant::Newer), EmergingClass::PersistentHot);
    let (h, c, n) = (Step::Hot, Step::Cold, Step::Neither);
    let newer = |steps: &[Step]| classify(steps, Trend::None, Variant::Newer);
    assert_eq!(newer(&[n, h, n, n, h]), EmergingClass::SporadicHot);
    assert_eq!(newer(&[n, h, n, h, n]), EmergingClass::NoPattern);
    assert_eq!(classify(&[n, h, n, h, n], Trend::None, Variant::Older), EmergingClass::SporadicHot);
    assert_eq!(newer(&[c, n, h, n, h]), EmergingClass::OscillatingHot);
    assert_eq!(newer(&[h, n, c, n, c]), EmergingClass::OscillatingCold);
    assert_eq!(classify(&[c; 6], Trend::Falling, Variant::Newer), EmergingClass::IntensifyingCold);
    assert_eq!(newer(&[]), EmergingClass::NoPattern);
}

#[test]
fn five_classes_are_given_as_the_shares_say() {
    let (h, n) = (Step::Hot, Step::Neither);
    let class = |steps: &[Step]| classify_chainey(steps, ChaineyLimits::default());
    assert_eq!(class(&[h, h, h, h, n]), ChaineyClass::Persistent);
    assert_eq!(class(&[n, n, n, n, n, n, n, n, n, h]), ChaineyClass::Emerging);
    assert_eq!(class(&[h, n, n, n, n, n, n, n, n, n]), ChaineyClass::Former);
    assert_eq!(class(&[h, n, n, n, n, n, n, n, h, n]), ChaineyClass::Intermittent);
    assert_eq!(class(&[n; 7]), ChaineyClass::NoPattern);
    assert_eq!(class(&[]), ChaineyClass::NoPattern);
}
