//! Areas as shapes: every area of a layer is shown, with its count, whether that is zero or not received.

use super::{
    address::{BUFFER, TileAddress},
    encode::{Feature, Unit, doubled_area, encode},
    fixed::{Box2, Fixed, fixed},
};
use crate::{
    analysis::rate_of,
    ask::{AskError, PlaceKey, Reader},
    model::{Dimension, Query},
    snapshot::{LoadedLayer, Region},
};

/// An area's polygons: outer ring first, then holes.
type Polygons = Vec<Vec<Vec<Fixed>>>;
/// The same in the units of a tile.
type TilePolygons = Vec<Vec<Vec<Unit>>>;

/// The areas of a layer.
#[derive(Debug)]
pub(super) struct LayerShapes {
    areas: Vec<(Box2, Polygons)>,
}

impl LayerShapes {
    pub(super) fn new(layer: &LoadedLayer) -> Self {
        let ring = |ring: &geo::LineString| -> Vec<Fixed> { ring.0.iter().map(|c| fixed(c.x, c.y)).collect() };
        let areas = layer
            .areas
            .iter()
            .map(|area| {
                let polygons: Polygons = area
                    .polygons
                    .iter()
                    .map(|p| std::iter::once(p.exterior()).chain(p.interiors()).map(ring).collect())
                    .collect();
                (Box2::of(polygons.iter().flatten().flatten().copied()), polygons)
            })
            .collect();
        Self { areas }
    }

    /// The tile; areas outside the place asked for, or the study area, are left out unless they hold a count.
    pub(super) fn tile(
        &self,
        reader: &dyn Reader,
        query: &Query,
        region: Option<&Region<'_>>,
        address: TileAddress,
    ) -> Result<Vec<u8>, AskError> {
        let ground = reader.ground();
        let Some(Dimension::Area(name)) = query.by.first() else { return Ok(Vec::new()) };
        let position = ground.layer_position("set", name)?;
        let layer = &ground.layers[position];
        let bounds = address.bounds(BUFFER);
        let shapes = self.areas.iter().enumerate();
        let clipped: Vec<(u32, TilePolygons)> = shapes
            .filter(|(_, (area, _))| area.meets(&bounds))
            .map(|(i, (_, polygons))| (i as u32, clip_polygons(polygons, &bounds, address)))
            .filter(|(_, polygons)| !polygons.is_empty())
            .collect();
        let groups: Vec<u32> = clipped.iter().map(|c| c.0).collect();
        let is_asked = |i: u32| ground.is_in_study_area(layer, i) && region.is_none_or(|region| region.meets(layer, i));
        let counts = reader.counts_of(query, &groups)?;
        let drawn: Vec<_> = clipped.into_iter().zip(counts).filter(|((i, _), (n, _))| *n > 0 || is_asked(*i)).collect();
        Ok(encode("areas", drawn.len(), |features| {
            for ((i, polygons), (count, doubtful)) in drawn {
                let area = &layer.areas[i as usize];
                let key = PlaceKey::Area(position as u32, i);
                let rate = query.rate.as_ref().map(|r| rate_of(ground, r, &key, count));
                let received = count > 0
                    || (!doubtful
                        && ground.coverage.some_of(ground.asked_sources(query), query.period(), &area.district));
                let feature = Feature { id: &area.code, name: Some(&area.name), count, rate, received };
                features.add(&feature, polygons.iter().flatten().map(Vec::as_slice));
            }
        }))
    }
}

fn clip_polygons(polygons: &Polygons, bounds: &Box2, address: TileAddress) -> TilePolygons {
    let clip_polygon = |rings: &Vec<Vec<Fixed>>| -> Option<Vec<Vec<[i32; 2]>>> {
        let mut clipped = rings.iter().enumerate().map(|(i, ring)| {
            let mut units: Vec<[i32; 2]> = clip_ring(ring, bounds).into_iter().map(|p| address.units(p)).collect();
            units.dedup();
            if units.first() == units.last() {
                units.pop();
            }
            // Outer rings run clockwise on screen, holes the other way.
            if (doubled_area(&units) < 0) == (i == 0) {
                units.reverse();
            }
            units
        });
        let outer = clipped.next().filter(|r| r.len() >= 3 && doubled_area(r) != 0)?;
        Some(std::iter::once(outer).chain(clipped.filter(|r| r.len() >= 3 && doubled_area(r) != 0)).collect())
    };
    let clipped: TilePolygons = polygons.iter().filter_map(clip_polygon).collect();
    if !clipped.is_empty() {
        return clipped;
    }
    // An area smaller than a unit of the tile is a unit: it is drawn and counted, not dropped.
    let inside = polygons.iter().flatten().find_map(|ring| clip_ring(ring, bounds).first().copied());
    let unit = |[x, y]: [i32; 2]| vec![vec![vec![[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1]]]];
    inside.map_or_else(Vec::new, |point| unit(address.units(point)))
}

/// Cuts a ring at the four sides of a rectangle, one after the other (Sutherland & Hodgman 1974).
fn clip_ring(ring: &[Fixed], bounds: &Box2) -> Vec<Fixed> {
    let mut points = ring.to_vec();
    for axis in 0..2 {
        for (limit, sign) in [(bounds.low[axis], 1), (bounds.high[axis], -1)] {
            let inside = |p: &Fixed| (p[axis] - limit) * sign >= 0;
            if points.iter().all(inside) {
                continue;
            }
            let mut kept = Vec::with_capacity(points.len());
            for (i, &point) in points.iter().enumerate() {
                let before = points[(i + points.len() - 1) % points.len()];
                if inside(&point) != inside(&before) {
                    kept.push(crossing(before, point, axis, limit));
                }
                if inside(&point) {
                    kept.push(point);
                }
            }
            points = kept;
        }
    }
    points
}

fn crossing(a: Fixed, b: Fixed, axis: usize, limit: i64) -> Fixed {
    let other = 1 - axis;
    let t = (limit - a[axis]) as f64 / (b[axis] - a[axis]) as f64;
    let mut point = [limit; 2];
    point[other] = a[other] + ((b[other] - a[other]) as f64 * t).round() as i64;
    point
}
