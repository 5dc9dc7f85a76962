//! What is known of an incident: when, and how precisely where.

use super::time::{Clock, Day, UNKNOWN_HOUR};

/// Set on an incident whose point lay in no area and was given to the nearest within 250 m.
pub const FLAG_AREA_SNAPPED: u32 = 1;

/// H3 resolutions at which incidents are binned; each geometrically, never through a parent.
pub const RESOLUTIONS: [u8; 5] = [7, 8, 9, 10, 11];

/// How precisely the time of an incident is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WhenPrecision {
    /// A whole month.
    Month,
    /// A whole day.
    Day,
    /// Some time between two instants.
    Span,
    /// One instant.
    Instant,
}

impl WhenPrecision {
    /// Every precision, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Month, Self::Day, Self::Span, Self::Instant];

    /// The word stored in `when_precision`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Day => "day",
            Self::Span => "span",
            Self::Instant => "instant",
        }
    }

    /// Reads the word stored in `when_precision`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.name() == name)
    }
}

/// When an incident happened: half-open for whole months and days, both ends inside for spans.
///
/// # Units
/// UTC microseconds since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct When {
    /// Earliest instant.
    pub start_us: i64,
    /// End: the first instant after (month, day) or the last instant (span, instant).
    pub end_us: i64,
    /// How precise the record is.
    pub precision: WhenPrecision,
}

impl When {
    /// A whole local month.
    #[must_use]
    pub fn month(month: super::Month) -> Self {
        let period = month.period();
        let clock = Clock::london();
        Self {
            start_us: clock.midnight(period.start),
            end_us: clock.midnight(period.end),
            precision: WhenPrecision::Month,
        }
    }

    /// A whole local day.
    #[must_use]
    pub fn day(day: Day) -> Self {
        let clock = Clock::london();
        Self { start_us: clock.midnight(day), end_us: clock.midnight(Day(day.0 + 1)), precision: WhenPrecision::Day }
    }

    /// The local days it may have happened on, `[start, end)`, and its local hour where that is certain.
    #[must_use]
    pub fn days(&self, clock: &Clock) -> (Day, Day, u8) {
        let (first, first_us) = clock.local(self.start_us);
        match self.precision {
            WhenPrecision::Instant => (first, Day(first.0 + 1), hour_of(first_us)),
            WhenPrecision::Month | WhenPrecision::Day => (first, clock.local(self.end_us).0, UNKNOWN_HOUR),
            WhenPrecision::Span => {
                let (last, last_us) = clock.local(self.end_us);
                let same_hour = last == first && hour_of(first_us) == hour_of(last_us);
                let hour = if same_hour { hour_of(first_us) } else { UNKNOWN_HOUR };
                // A span that ends at midnight exactly does not touch the day that begins there.
                let touches_last = last_us > 0 || last == first;
                (first, Day(last.0 + i32::from(touches_last)), hour)
            }
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 23: the microsecond is within a day")]
fn hour_of(of_day_us: i64) -> u8 {
    (of_day_us / 3_600_000_000) as u8
}

/// How precisely the place of an incident is known; smaller is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrecisionClass {
    /// Not located.
    None = 0,
    /// The premises.
    Premises = 1,
    /// A named place.
    NamedPlace = 2,
    /// A junction.
    Junction = 3,
    /// A stretch of a street (data.police.uk points are snapped to these).
    StreetSegment = 4,
    /// A whole street.
    Street = 5,
    /// A postcode unit.
    PostcodeUnit = 6,
    /// A locality or estate.
    Locality = 7,
    /// A postcode sector or ward.
    Sector = 8,
    /// A district.
    District = 9,
}

impl PrecisionClass {
    const ALL: [(Self, &'static str); 10] = [
        (Self::None, "none"),
        (Self::Premises, "premises"),
        (Self::NamedPlace, "named_place"),
        (Self::Junction, "junction"),
        (Self::StreetSegment, "street_segment"),
        (Self::Street, "street"),
        (Self::PostcodeUnit, "postcode_unit"),
        (Self::Locality, "locality"),
        (Self::Sector, "sector"),
        (Self::District, "district"),
    ];

    /// The stored code, 0 to 9.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The class of a stored code.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).map(|c| c.0)
    }

    /// The word used in mappings and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL[usize::from(self.code())].1
    }

    /// Reads the word used in mappings.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|c| c.1 == name).map(|c| c.0)
    }

    /// Every word, in order of code.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        Self::ALL.iter().map(|c| c.1).collect()
    }

    /// Whether a record this precise may be counted in an H3 cell of the resolution.
    ///
    /// A street or better counts everywhere; a postcode unit to resolution 9 (174 m edges); a locality to
    /// 7 (1.2 km edges); a sector or district in no cell.
    #[must_use]
    pub fn supports_cell(self, resolution: u8) -> bool {
        match self {
            Self::None | Self::Sector | Self::District => false,
            Self::Locality => resolution <= 7,
            Self::PostcodeUnit => resolution <= 9,
            _ => true,
        }
    }

    /// The finest H3 resolution that a record this precise may be counted at; 0 where it may be in no cell.
    ///
    /// The class decides, and where it is known the radius (metres) that holds the truth nine times in ten: a cell is
    /// too fine where its edge is shorter than two thirds of it.
    #[must_use]
    pub fn finest_resolution(self, radius_m: f32) -> u8 {
        /// Radii allowed at resolutions 7 to 11: one and a half edges.
        const ALLOWED_M: [f32; 5] = [1_830.0, 692.0, 261.0, 99.0, 37.0];
        let by_class = RESOLUTIONS.into_iter().rev().find(|&r| self.supports_cell(r)).unwrap_or(0);
        if radius_m.is_nan() {
            return by_class;
        }
        let held = RESOLUTIONS.into_iter().zip(ALLOWED_M).rev().find(|(_, allowed)| radius_m <= *allowed);
        by_class.min(held.map_or(0, |h| h.0))
    }

    /// Whether a record this precise may be counted in an area of a layer: a locality or better.
    #[must_use]
    pub fn supports_area(self) -> bool {
        !matches!(self, Self::None | Self::Sector | Self::District)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Month;

    #[test]
    fn a_month_covers_its_days_and_knows_no_hour() {
        let when = When::month(Month::parse("2024-02").unwrap());
        let (start, end, hour) = when.days(Clock::london());
        assert_eq!((start.to_string().as_str(), end.0 - start.0, hour), ("2024-02-01", 29, UNKNOWN_HOUR));
    }

    #[test]
    fn a_span_that_ends_at_midnight_stays_on_its_day() {
        let clock = Clock::london();
        let day = Day::parse("2025-07-04").unwrap();
        let when =
            |end_us| When { start_us: clock.utc(day, 22 * 3_600_000_000), end_us, precision: WhenPrecision::Span };
        let next = Day(day.0 + 1);
        assert_eq!(when(clock.midnight(next)).days(clock), (day, next, UNKNOWN_HOUR));
        assert_eq!(when(clock.utc(next, 1)).days(clock).1, Day(day.0 + 2));
        assert_eq!(when(clock.utc(day, 22 * 3_600_000_000 + 5)).days(clock), (day, next, 22));
    }

    #[test]
    fn a_radius_limits_what_a_class_allows() {
        use PrecisionClass::{District, Locality, PostcodeUnit, Street};
        for (class, radius_m, finest) in [
            (Street, f32::NAN, 11),
            (Street, 30.0, 11),
            (Street, 62.0, 10),
            (Street, 200.0, 9),
            (Street, 600.0, 8),
            (Street, 1_500.0, 7),
            (Street, 9_000.0, 0),
            (PostcodeUnit, 30.0, 9),
            (Locality, 500.0, 7),
            (District, 10.0, 0),
        ] {
            assert_eq!(class.finest_resolution(radius_m), finest, "{class:?} {radius_m}");
        }
    }

    #[test]
    fn the_codes_are_those_of_the_design() {
        for code in 0..10 {
            let class = PrecisionClass::from_code(code).unwrap();
            assert_eq!(class.code(), code);
            assert_eq!(PrecisionClass::from_name(class.name()), Some(class));
        }
    }
}
