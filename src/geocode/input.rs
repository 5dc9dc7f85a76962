//! What a record says about its place, field by field.

use super::CoordinateTexts;
use crate::model::PrecisionClass;

/// What a record says about its place.
#[derive(Debug, Clone, Copy, Default)]
pub struct Input<'a> {
    /// Where it happened, in words.
    pub text: &'a str,
    /// Town, village or area, where a field of its own holds it.
    pub locality: &'a str,
    /// Postcode, where a field of its own holds it.
    pub postcode: &'a str,
    /// Grid reference, where a field of its own holds it.
    pub gridref: &'a str,
    /// Unique property reference number.
    pub uprn: &'a str,
    /// Coordinates.
    pub coordinates: CoordinateTexts<'a>,
    /// How precise the coordinates are, where that is known.
    pub class: Option<PrecisionClass>,
}
