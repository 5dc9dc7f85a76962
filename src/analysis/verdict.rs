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
    /// Whether the place was picked when it was high.
    pub at_peak: bool,
    /// Factors by which the ratio could be lower and higher, because the share of records without a place changed.
    pub locating: (f64, f64),
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
    let mut words = match decisive {
        Side::Unclear if plain != Side::Unclear => "no clear change once the season is taken out".to_owned(),
        Side::Unclear => "no clear change".to_owned(),
        Side::Lower | Side::Higher => {
            let way = if decisive == Side::Lower { "lower" } else { "higher" };
            // The counts themselves may say nothing, or the other thing.
            let than = if plain == decisive { "before" } else { "the season would lead to expect" };
            let word = format!("{way} than {than}");
            match evidence.comparison.map(side) {
                None => word,
                Some(Side::Unclear) => format!("{word}; not clearly different from the comparison areas"),
                Some(other) if other == decisive => format!("{word}, by more than the comparison areas"),
                Some(_) => format!("{word}, but by less than the comparison areas"),
            }
        }
    };
    if evidence.at_peak && decisive != Side::Higher {
        words.push_str("; some fall was to be expected: the place was chosen at a peak");
    }
    words
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
        at_peak: false,
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
        assert!(verdict(&Evidence { at_peak: true, ..BASE }).ends_with("the place was chosen at a peak"));
        assert!(!verdict(&Evidence { at_peak: true, change: (1.2, 1.9), ..BASE }).contains("peak"));
        let unlocated = |factors| verdict(&Evidence { locating: factors, ..BASE });
        assert_eq!(unlocated((1.0, 1.1)), "lower than before");
        assert!(unlocated((1.0, 1.3)).starts_with("not known"));
        let infinite = Evidence { change: (0.2, f64::INFINITY), ..BASE };
        assert_eq!(verdict(&infinite), "no clear change");
    }
}
