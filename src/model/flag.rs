//! Flags of a place: what was noticed about how it came to be known.

/// Set of flags, one bit each; part of `flags` in stored incidents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Flags(pub u32);

/// Every flag with its word, by bit.
const NAMES: [&str; 23] = [
    "area_snapped",
    "default_location",
    "outside_area",
    "swapped_axes_fixed",
    "postcode_conflict",
    "possible_home_address",
    "moving",
    "gridref_coarse",
    "zero_point",
    "impossible_point",
    "possible_swap",
    "units_fixed",
    "street_unknown",
    "locality_conflict",
    "text_conflict",
    "terminated_postcode",
    "unknown_postcode",
    "relative",
    "ambiguous",
    "two_places",
    "what3words",
    "reviewed",
    "corrected_postcode",
];

impl Flags {
    /// No flag.
    pub const NONE: Self = Self(0);
    /// The point lay in no area and was given to the nearest within 250 m.
    pub const AREA_SNAPPED: Self = Self(1);
    /// The coordinates are those of a place that stands in for unknown ones: headquarters, custody, a hospital.
    pub const DEFAULT_LOCATION: Self = Self(1 << 1);
    /// The point lies outside the study area.
    pub const OUTSIDE_AREA: Self = Self(1 << 2);
    /// The two coordinates were exchanged, and put right.
    pub const SWAPPED_AXES_FIXED: Self = Self(1 << 3);
    /// The postcode and another part of the record lie apart.
    pub const POSTCODE_CONFLICT: Self = Self(1 << 4);
    /// The words speak of somebody's home, not of the scene.
    pub const POSSIBLE_HOME_ADDRESS: Self = Self(1 << 5);
    /// The words speak of a movement, not of a place.
    pub const MOVING: Self = Self(1 << 6);
    /// The reference names a square of 100 m or more.
    pub const GRIDREF_COARSE: Self = Self(1 << 7);
    /// The coordinates stand for nothing: 0 and 0, 1 and 1, 999999.
    pub const ZERO_POINT: Self = Self(1 << 8);
    /// The coordinates are none in Great Britain, and no repair makes them one in the study area.
    pub const IMPOSSIBLE_POINT: Self = Self(1 << 9);
    /// The point lies outside, and with its coordinates exchanged inside; not repaired.
    pub const POSSIBLE_SWAP: Self = Self(1 << 10);
    /// The coordinates were of another system or unit, and put right.
    pub const UNITS_FIXED: Self = Self(1 << 11);
    /// A street is named that no gazetteer has there.
    pub const STREET_UNKNOWN: Self = Self(1 << 12);
    /// The place found lies outside the locality that is named.
    pub const LOCALITY_CONFLICT: Self = Self(1 << 13);
    /// The coordinates and the words lie apart.
    pub const TEXT_CONFLICT: Self = Self(1 << 14);
    /// The postcode is no longer in use.
    pub const TERMINATED_POSTCODE: Self = Self(1 << 15);
    /// The postcode is in no gazetteer.
    pub const UNKNOWN_POSTCODE: Self = Self(1 << 16);
    /// The words place it beside something: outside, opposite, rear of.
    pub const RELATIVE: Self = Self(1 << 17);
    /// Several places fit about as well.
    pub const AMBIGUOUS: Self = Self(1 << 18);
    /// Two places are named that are not one.
    pub const TWO_PLACES: Self = Self(1 << 19);
    /// Something that looks like a what3words address; kept as text, never guessed.
    pub const WHAT3WORDS: Self = Self(1 << 20);
    /// A person has decided.
    pub const REVIEWED: Self = Self(1 << 21);
    /// A postcode was read with a letter as the digit it looks like.
    pub const CORRECTED_POSTCODE: Self = Self(1 << 22);

    /// Whether a flag is set.
    #[must_use]
    pub fn has(self, flag: Self) -> bool {
        self.0 & flag.0 != 0
    }

    /// Sets a flag.
    pub fn set(&mut self, flag: Self) {
        self.0 |= flag.0;
    }

    /// The words of the flags that are set, in order of bit.
    ///
    /// # Examples
    /// ```
    /// use places::model::Flags;
    /// let mut flags = Flags::AREA_SNAPPED;
    /// flags.set(Flags::MOVING);
    /// assert_eq!(flags.names().collect::<Vec<_>>(), ["area_snapped", "moving"]);
    /// ```
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        NAMES.into_iter().enumerate().filter(move |(bit, _)| self.0 >> bit & 1 == 1).map(|(_, name)| name)
    }
}

impl std::ops::BitOr for Flags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_has_its_word() {
        let of = |flag: Flags| flag.names().collect::<Vec<_>>();
        assert_eq!(of(Flags::AREA_SNAPPED | Flags::POSTCODE_CONFLICT), ["area_snapped", "postcode_conflict"]);
        assert_eq!(of(Flags::GRIDREF_COARSE | Flags::REVIEWED), ["gridref_coarse", "reviewed"]);
        assert_eq!(of(Flags(u32::MAX)).len(), NAMES.len());
        assert_eq!(crate::model::FLAG_AREA_SNAPPED, Flags::AREA_SNAPPED.0);
    }
}
