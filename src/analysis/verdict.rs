//! Plain words from numbers: section 18 of the methods.

/// Counts below which nothing can be said.
const LEAST_BOTH: u64 = 10;
const LEAST_BEFORE: u64 = 5;

/// What a verdict is made from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// Incidents before.
    pub before: u64,
    /// Incidents after.
    pub after: u64,
    /// 95 % interval of the ratio, widened; the upper end may be infinite.
    pub change: (f64, f64),
    /// The same with the season taken out, where it could be.
    pub season: Option<(f64, f64)>,
    /// 95 % interval of the ratio of ratios, where there are comparison areas.
    pub comparison: Option<(f64, f64)>,
    /// Where the period before was at an end of what the place has had.
    pub extreme: Option<Extreme>,
    /// Factors by which the ratio could be lower and higher, because the share of records without a place changed.
    pub locating: (f64, f64),
}

/// A period before that was at a peak or a trough, after which a change comes of itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extreme {
    /// A peak, else a trough.
    pub is_peak: bool,
    /// 95 % interval of the count after over what the place's own past would lead to expect; none where that is not known.
    pub against_past: Option<(f64, f64)>,
}

/// Which way an interval lies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Lower,
    Higher,
    Unclear,
}

fn side((low, high): (f64, f64)) -> Side {
    if high < 1.0 {
        Side::Lower
    } else if low > 1.0 {
        Side::Higher
    } else {
        Side::Unclear
    }
}

/// The verdict in words.
#[must_use]
pub fn verdict(evidence: &Evidence) -> String {
    let Evidence { before, after, .. } = *evidence;
    if before + after < LEAST_BOTH || before < LEAST_BEFORE {
        return "too few to say".to_owned();
    }
    let (plain, seasonal) = (side(evidence.change), evidence.season.map(side));
    let decisive = seasonal.unwrap_or(plain);
    let (low, high) = evidence.season.unwrap_or(evidence.change);
    let explained = match decisive {
        Side::Lower => high * evidence.locating.1 >= 1.0,
        Side::Higher => low * evidence.locating.0 <= 1.0,
        Side::Unclear => false,
    };
    if explained {
        return "not known: the share of records without a place changed, which alone could explain the difference"
            .to_owned();
    }
    let toward = |extreme: &Extreme| decisive == if extreme.is_peak { Side::Lower } else { Side::Higher };
    let extreme = evidence.extreme.filter(|e| toward(e) || (e.is_peak && decisive == Side::Unclear));
    let expected = extreme.map(|e| if e.is_peak { PEAK } else { TROUGH });
    // Chance alone brings a place back from an end: what its past would lead to expect must be passed too.
    let passes_past =
        extreme.and_then(|e| e.against_past).map(|past| side(past) == decisive && decisive != Side::Unclear);
    let word = match decisive {
        _ if passes_past == Some(false) && decisive != Side::Unclear => "no clear change".to_owned(),
        Side::Unclear if plain != Side::Unclear => "no clear change once the season is taken out".to_owned(),
        Side::Unclear => "no clear change".to_owned(),
        Side::Lower | Side::Higher => changed(evidence, decisive, plain, passes_past == Some(true)),
    };
    match expected.filter(|_| passes_past != Some(true)) {
        Some(expected) => format!("{word}; {expected}"),
        None => word,
    }
}

const PEAK: &str = "some fall was to be expected: the period before was at a peak";
const TROUGH: &str = "some rise was to be expected: the period before was at a trough";

/// A change in words, and how it stands to that of others.
fn changed(evidence: &Evidence, decisive: Side, plain: Side, passes_past: bool) -> String {
    let way = if decisive == Side::Lower { "lower" } else { "higher" };
    // The counts themselves may say nothing, or the other thing.
    let than = if plain == decisive { "before" } else { "the season would lead to expect" };
    let past = if passes_past { " and than its own past would lead to expect" } else { "" };
    let word = format!("{way} than {than}{past}");
    match evidence.comparison.map(side) {
        None => word,
        Some(Side::Unclear) => format!("{word}; not clearly different from the comparison areas"),
        Some(other) if other == decisive => format!("{word}, by more than the comparison areas"),
        Some(_) => format!("{word}, but by less than the comparison areas"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: Evidence = Evidence {
        before: 100,
        after: 60,
        change: (0.4, 0.8),
        season: None,
        comparison: None,
        extreme: None,
        locating: (1.0, 1.0),
    };

    #[test]
    fn each_condition_has_its_words() {
        assert_eq!(verdict(&Evidence { before: 4, after: 30, ..BASE }), "too few to say");
        assert_eq!(verdict(&Evidence { before: 6, after: 3, ..BASE }), "too few to say");
        assert_eq!(verdict(&Evidence { change: (0.6, 1.1), ..BASE }), "no clear change");
        assert_eq!(verdict(&BASE), "lower than before");
        assert_eq!(
            verdict(&Evidence { comparison: Some((0.5, 1.2)), ..BASE }),
            "lower than before; not clearly different from the comparison areas"
        );
        assert_eq!(
            verdict(&Evidence { comparison: Some((0.5, 0.9)), ..BASE }),
            "lower than before, by more than the comparison areas"
        );
        assert_eq!(
            verdict(&Evidence { change: (1.2, 1.9), comparison: Some((1.1, 1.8)), ..BASE }),
            "higher than before, by more than the comparison areas"
        );
        assert_eq!(
            verdict(&Evidence { comparison: Some((1.1, 1.8)), ..BASE }),
            "lower than before, but by less than the comparison areas"
        );
        assert_eq!(
            verdict(&Evidence { season: Some((0.8, 1.3)), ..BASE }),
            "no clear change once the season is taken out"
        );
        assert_eq!(
            verdict(&Evidence { change: (0.7, 1.6), season: Some((0.4, 0.8)), ..BASE }),
            "lower than the season would lead to expect"
        );
        let unlocated = |factors| verdict(&Evidence { locating: factors, ..BASE });
        assert_eq!(unlocated((1.0, 1.1)), "lower than before");
        assert!(unlocated((1.0, 1.3)).starts_with("not known"));
        let infinite = Evidence { change: (0.2, f64::INFINITY), ..BASE };
        assert_eq!(verdict(&infinite), "no clear change");
    }

    #[test]
    fn a_change_from_an_end_must_pass_what_the_past_leads_to_expect() {
        let of = |is_peak, against_past, change| {
            verdict(&Evidence { extreme: Some(Extreme { is_peak, against_past }), change, ..BASE })
        };
        let (fall, rise) = ((0.4, 0.8), (1.2, 1.9));
        assert_eq!(of(true, Some((0.6, 1.1)), fall), format!("no clear change; {PEAK}"));
        assert_eq!(of(true, Some((0.4, 0.9)), fall), "lower than before and than its own past would lead to expect");
        assert_eq!(of(true, None, fall), format!("lower than before; {PEAK}"));
        assert_eq!(of(true, Some((0.6, 1.1)), (0.7, 1.2)), format!("no clear change; {PEAK}"));
        assert_eq!(of(true, Some((1.1, 1.8)), rise), "higher than before");
        assert_eq!(of(false, Some((0.9, 1.5)), rise), format!("no clear change; {TROUGH}"));
        assert_eq!(of(false, Some((1.1, 1.8)), rise), "higher than before and than its own past would lead to expect");
        assert_eq!(of(false, Some((0.9, 1.5)), fall), "lower than before");
        assert_eq!(of(false, Some((0.9, 1.5)), (0.7, 1.2)), "no clear change");
    }
}
