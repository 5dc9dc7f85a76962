//! Seeded randomness: every replicate has its own stream, so that a result does not depend on who computes it.

use fastrand::Rng;

/// The generator of a replicate.
pub(super) fn replicate_rng(seed: u64, replicate: u64) -> Rng {
    // SplitMix64: neighboring replicates get unrelated seeds.
    let mut z = seed.wrapping_add(replicate.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    Rng::with_seed(z ^ (z >> 31))
}

/// Puts a random choice of `count` values, without replacement, at the front.
pub(super) fn choose<T>(rng: &mut Rng, values: &mut [T], count: usize) {
    for i in 0..count.min(values.len().saturating_sub(1)) {
        values.swap(i, rng.usize(i..values.len()));
    }
}
