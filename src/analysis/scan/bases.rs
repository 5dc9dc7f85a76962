//! Bases of cylinders: every occupied cell with those around it.

use crate::{analysis::map::MapCells, grid, stats::Base};

/// Longest radius of a base.
pub(super) const RADIUS_KM: f64 = 4.0;

/// Every occupied cell with the occupied cells around it, ring by ring up to the longest radius.
pub(super) fn bases_of(map: &MapCells, occupied: &[u32], resolution: u8) -> Vec<Base> {
    use rayon::prelude::*;
    let rings = (RADIUS_KM / grid::spacing_km(resolution)).floor().max(1.0) as usize;
    let position: std::collections::HashMap<u32, u32> =
        occupied.iter().enumerate().map(|(i, &cell)| (cell, i as u32)).collect();
    let base = |&center: &u32| {
        let mut seen = std::collections::HashSet::from([center]);
        let mut edge = vec![center];
        let mut base = Base { places: vec![position[&center]], rings: vec![1] };
        for _ in 0..rings {
            let mut next: Vec<u32> = edge
                .iter()
                .flat_map(|&cell| map.weights.neighbors(cell as usize))
                .copied()
                .filter(|c| !seen.contains(c))
                .collect();
            next.sort_unstable();
            next.dedup();
            seen.extend(&next);
            base.places.extend(next.iter().filter_map(|cell| position.get(cell)));
            base.rings.push(base.places.len() as u32);
            edge = next;
        }
        base
    };
    occupied.par_iter().map(base).collect()
}
