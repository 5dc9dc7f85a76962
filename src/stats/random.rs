//! Seeded randomness behind results that are stored: a stream that is the same on every machine, in every version of
//! every library, and of every replicate by itself, so that a result does not depend on who computes it.
//!
//! The generator is a published one, and what is made of its numbers stands here: nothing is left to what a library
//! thinks best today. A test holds the first numbers and a shuffled sequence as another program computes them.

use rand_pcg::{Pcg64Mcg, rand_core::Rng};

/// Steps between the two seeds of a state: odd, and no multiple of the step between replicates.
const HALF: u64 = 0xd1b5_4a32_d192_ed03;
/// The step between replicates: the golden ratio.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// The random numbers of one replicate under one seed.
///
/// # Examples
/// ```
/// use places::stats::RandomStream;
/// let mut stream = RandomStream::new(7, 0);
/// assert_eq!([stream.below(100), stream.below(100), stream.below(100)], [32, 22, 32]);
/// let mut letters = ["a", "b", "c", "d", "e"];
/// stream.choose(&mut letters, 2);
/// assert_eq!(letters[..2], ["b", "a"]);
/// ```
///
/// # References
/// O'Neill (2014), PCG: a family of simple fast space-efficient statistically good algorithms for random number
/// generation, HMC-CS-2014-0905 (XSL-RR on a 128-bit multiplicative generator); seeds by the finalizer of splitmix64,
/// Steele, Lea & Flood (2014), doi:10.1145/2660193.2660195.
#[derive(Debug, Clone)]
pub struct RandomStream(Pcg64Mcg);

impl RandomStream {
    /// The stream of a replicate; neighboring replicates and seeds have nothing in common.
    #[must_use]
    pub fn new(seed: u64, replicate: u64) -> Self {
        let start = seed.wrapping_add(replicate.wrapping_add(1).wrapping_mul(STEP));
        let state = u128::from(mixed(start)) << 64 | u128::from(mixed(start.wrapping_add(HALF)));
        Self(Pcg64Mcg::new(state))
    }

    /// A number below `end`, each as likely; 0 where `end` is 0.
    ///
    /// # References
    /// Lemire (2019), Fast random integer generation in an interval, doi:10.1145/3230636.
    #[inline]
    pub fn below(&mut self, end: usize) -> usize {
        let end = end as u64;
        let mut product = u128::from(self.0.next_u64()) * u128::from(end);
        if (product as u64) < end {
            let uneven = end.wrapping_neg() % end;
            while (product as u64) < uneven {
                product = u128::from(self.0.next_u64()) * u128::from(end);
            }
        }
        (product >> 64) as usize
    }

    /// Puts a random choice of `count` values, without replacement, at the front.
    pub fn choose<T>(&mut self, values: &mut [T], count: usize) {
        for i in 0..count.min(values.len().saturating_sub(1)) {
            let other = i + self.below(values.len() - i);
            values.swap(i, other);
        }
    }
}

/// A bijection whose every bit depends on all bits given.
fn mixed(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stored results hang on these: a change here is a new version of every method that draws.
    /// Computed in Python from the formulas of the references, with integers of any length.
    #[test]
    fn the_stream_is_the_one_that_stored_results_were_made_with() {
        let mut stream = RandomStream::new(20260131, 0);
        let first: [u64; 4] = std::array::from_fn(|_| stream.0.next_u64());
        assert_eq!(first, [0x766f_9272_2efe_db99, 0x133d_4ef5_cab4_452c, 0x64f1_d087_79a9_c33c, 0x8977_92e3_89a7_1e36]);
        assert_eq!(RandomStream::new(20260131, 1).0.next_u64(), 0xa7d3_1ce1_4f48_5699);
        let mut stream = RandomStream::new(42, 998);
        let below: [usize; 8] = std::array::from_fn(|_| stream.below(1000));
        assert_eq!(below, [18, 57, 991, 323, 281, 947, 672, 26]);
        let mut places: [u8; 10] = std::array::from_fn(|i| i as u8);
        stream.choose(&mut places, 10);
        assert_eq!(places, [4, 9, 0, 8, 7, 1, 5, 6, 2, 3]);
        // Half of all numbers are rejected for this end.
        let mut stream = RandomStream::new(42, 998);
        let below: [usize; 4] = std::array::from_fn(|_| stream.below((1 << 63) + 1));
        assert_eq!(below, [529745574899685864, 2981561574286665282, 8736904281032367723, 6203789367356690069]);
    }

    #[test]
    fn replicates_and_seeds_differ_and_every_number_is_as_likely() {
        let first = |seed, replicate| RandomStream::new(seed, replicate).below(usize::MAX);
        let firsts: std::collections::BTreeSet<usize> =
            (0..40).flat_map(|seed| (0..40).map(move |replicate| first(seed, replicate))).collect();
        assert_eq!(firsts.len(), 1600);
        let (mut stream, mut counts) = (RandomStream::new(1, 1), [0_u32; 7]);
        (0..70_000).for_each(|_| counts[stream.below(7)] += 1);
        let chi_square: f64 = counts.iter().map(|&n| (f64::from(n) - 10_000.0).powi(2) / 10_000.0).sum();
        assert!(chi_square < crate::stats::chi_square_quantile(0.999, 6.0), "{counts:?}");
        assert_eq!(stream.below(0), 0);
        assert_eq!(stream.below(1), 0);
    }
}
