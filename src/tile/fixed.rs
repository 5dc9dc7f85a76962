//! Web Mercator in 32-bit fixed point, and tile coordinates from it.

use super::{EXTENT, TileAddress};

/// A position: 2^32 is once around the world, and as much from north to south. One unit is under 1 cm.
pub(crate) type Fixed = [i64; 2];

const WORLD: f64 = 4_294_967_296.0;

/// Mercator position of degrees; latitudes beyond 85.05 are clamped.
pub(crate) fn fixed(lon: f64, lat: f64) -> Fixed {
    let sin = lat.clamp(-85.051_128, 85.051_128).to_radians().sin();
    let x = (lon + 180.0) / 360.0;
    let y = 0.5 - ((1.0 + sin) / (1.0 - sin)).ln() / (4.0 * std::f64::consts::PI);
    #[expect(clippy::cast_possible_truncation, reason = "0 to 2^32")]
    let scale = |v: f64| (v * WORLD).round() as i64;
    [scale(x), scale(y)]
}

/// A rectangle, edges inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Box2 {
    pub(crate) low: Fixed,
    pub(crate) high: Fixed,
}

impl Box2 {
    pub(crate) fn of(points: impl IntoIterator<Item = Fixed>) -> Self {
        let mut bounds = Self { low: [i64::MAX; 2], high: [i64::MIN; 2] };
        for point in points {
            for (axis, value) in point.into_iter().enumerate() {
                bounds.low[axis] = bounds.low[axis].min(value);
                bounds.high[axis] = bounds.high[axis].max(value);
            }
        }
        bounds
    }

    pub(crate) fn meets(&self, other: &Self) -> bool {
        (0..2).all(|axis| self.low[axis] <= other.high[axis] && other.low[axis] <= self.high[axis])
    }

    pub(crate) fn grown(&self, by: i64) -> Self {
        Self { low: self.low.map(|v| v - by), high: self.high.map(|v| v + by) }
    }
}

impl TileAddress {
    /// Length of a tile's side.
    pub(crate) fn side(self) -> i64 {
        1 << (32 - u32::from(self.z))
    }

    /// The tile with a margin of `buffer` of its own units.
    pub(crate) fn bounds(self, buffer: u32) -> Box2 {
        let side = self.side();
        let low = [i64::from(self.x) * side, i64::from(self.y) * side];
        let margin = side * i64::from(buffer) / i64::from(EXTENT);
        Box2 { low, high: low.map(|v| v + side) }.grown(margin)
    }

    /// A position in the tile's own units.
    pub(crate) fn units(self, point: Fixed) -> [i32; 2] {
        let side = self.side();
        let origin = [i64::from(self.x) * side, i64::from(self.y) * side];
        #[expect(clippy::cast_possible_truncation, reason = "shapes are clipped to the tile and its margin")]
        let unit =
            |axis: usize| (((point[axis] - origin[axis]) * i64::from(EXTENT) + side / 2).div_euclid(side)) as i32;
        [unit(0), unit(1)]
    }
}
