//! Aoristic weights: an incident that happened some time between two hours counts in each by its share.

/// Hours of a week, Monday 00:00 first.
pub const WEEK_HOURS: usize = 168;
const HOUR_US: i64 = 3_600_000_000;
/// Spans longer than this are of unknown hour.
const LONGEST_US: i64 = 7 * 24 * HOUR_US;

/// What each hour of the week gets of an incident.
#[derive(Debug, Clone, PartialEq)]
pub enum AoristicShare {
    /// (hour of the week, weight), weights add up to 1.
    Hours(Vec<(u8, f64)>),
    /// Not to be spread: known to the day only, or a span of more than a week.
    UnknownHour,
}

/// Shares of a span over the hours of the week.
///
/// # Units
/// - `start_us`, `end_us`: local time in microseconds since a Monday 00:00, `[start, end)`; an instant has both equal
///
/// # References
/// Ratcliffe & `McCullagh` (1998), IJGIS 12(7), 751-764; Ashby & Bowers (2013), Crime Science 2:1, for why not the midpoint.
#[must_use]
pub fn aoristic_share(start_us: i64, end_us: i64) -> AoristicShare {
    let span = end_us.saturating_sub(start_us);
    if !(0..=LONGEST_US).contains(&span) {
        return AoristicShare::UnknownHour;
    }
    let hour_of = |at: i64| at.div_euclid(HOUR_US);
    let of_week = |hour: i64| hour.rem_euclid(WEEK_HOURS as i64) as u8;
    if span == 0 {
        return AoristicShare::Hours(vec![(of_week(hour_of(start_us)), 1.0)]);
    }
    let last = hour_of(end_us - 1);
    let share = |hour: i64| {
        let inside = end_us.min((hour + 1) * HOUR_US) - start_us.max(hour * HOUR_US);
        (of_week(hour), inside as f64 / span as f64)
    };
    AoristicShare::Hours((hour_of(start_us)..=last).map(share).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_night_is_shared_by_its_hours() {
        // Sunday 23:30 to Monday 02:00: half an hour, then two whole ones, over the end of the week.
        let start = 167 * HOUR_US + HOUR_US / 2;
        let found = aoristic_share(start, start + 5 * HOUR_US / 2);
        assert_eq!(found, AoristicShare::Hours(vec![(167, 0.2), (0, 0.4), (1, 0.4)]));
        assert_eq!(aoristic_share(5, 5), AoristicShare::Hours(vec![(0, 1.0)]));
        assert_eq!(aoristic_share(0, LONGEST_US + 1), AoristicShare::UnknownHour);
        assert_eq!(aoristic_share(9, 3), AoristicShare::UnknownHour);
    }

    proptest! {
        #[test]
        fn weights_add_up_to_one(start in -LONGEST_US..LONGEST_US, length in 0..=LONGEST_US) {
            let AoristicShare::Hours(hours) = aoristic_share(start, start + length) else { panic!("within a week") };
            prop_assert!((hours.iter().map(|h| h.1).sum::<f64>() - 1.0).abs() < 1e-12);
            prop_assert!(hours.iter().all(|h| usize::from(h.0) < WEEK_HOURS && h.1 > 0.0));
        }
    }
}
