//! Words of a gazetteer that differ from a misspelt one by a letter or two.

use fst::raw::Fst;

/// A known word near a misspelt one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Near {
    pub(super) word: String,
    /// Letters changed, added, left out, or exchanged with the next.
    pub(super) edits: usize,
    /// Names that hold the word.
    pub(super) names: u64,
}

/// Most words given back, fewest edits first, then the most common.
const MAX_FOUND: usize = 8;

/// Most edits looked for in a word of so many letters: none below four, two from eight on.
pub(super) fn edits_allowed(letters: usize) -> usize {
    match letters {
        0..4 => 0,
        4..8 => 1,
        _ => 2,
    }
}

/// Finds the words of a map within so many edits (restricted Damerau-Levenshtein distance): the map is walked like a
/// trie, one row of the distance table a letter, and left where no ending can come near enough.
pub(super) fn near_words(words: &Fst<Vec<u8>>, word: &str, edits: usize) -> Vec<Near> {
    let target = word.as_bytes();
    let mut search = Search { words, target, edits, path: Vec::new(), near: Vec::new() };
    let first: Vec<usize> = (0..=target.len()).collect();
    search.visit(words.root().addr(), 0, &first, &first, 0);
    let mut near = search.near;
    near.sort_by(|a, b| (a.edits, b.names, &a.word).cmp(&(b.edits, a.names, &b.word)));
    near.truncate(MAX_FOUND);
    near
}

struct Search<'a> {
    words: &'a Fst<Vec<u8>>,
    target: &'a [u8],
    edits: usize,
    path: Vec<u8>,
    near: Vec<Near>,
}

impl Search<'_> {
    /// Visits a node; `row` is the last row of the table, `before` the one above it.
    fn visit(&mut self, addr: usize, output: u64, row: &[usize], before: &[usize], last: u8) {
        let node = self.words.node(addr);
        let distance = row[self.target.len()];
        if node.is_final()
            && (1..=self.edits).contains(&distance)
            && let Ok(word) = String::from_utf8(self.path.clone())
        {
            self.near.push(Near { word, edits: distance, names: output + node.final_output().value() });
        }
        if self.path.len() > self.target.len() + self.edits {
            return;
        }
        for transition in node.transitions() {
            let c = transition.inp;
            let mut next = Vec::with_capacity(row.len());
            next.push(row[0] + 1);
            for (j, &t) in self.target.iter().enumerate() {
                let mut cost = (row[j] + usize::from(t != c)).min(row[j + 1] + 1).min(next[j] + 1);
                if j > 0 && !self.path.is_empty() && t == last && self.target[j - 1] == c {
                    cost = cost.min(before[j - 1] + 1);
                }
                next.push(cost);
            }
            if next.iter().min().is_some_and(|&least| least <= self.edits) {
                self.path.push(c);
                self.visit(transition.addr, output + transition.out.value(), &next, row, c);
                self.path.pop();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use fst::raw::Builder;

    use super::*;

    #[test]
    fn words_a_slip_away_are_found() {
        let mut map = Builder::memory();
        for (i, word) in ["dereham", "road", "rode", "rose", "saint", "unthank", "wymondham"].iter().enumerate() {
            map.insert(word, i as u64 + 1).unwrap();
        }
        let words = Fst::new(map.into_inner().unwrap()).unwrap();
        let found = |word: &str, edits| {
            near_words(&words, word, edits).into_iter().map(|n| (n.word, n.edits)).collect::<Vec<_>>()
        };
        assert_eq!(found("raod", 1), [("road".to_owned(), 1)], "exchanged letters are one slip");
        assert_eq!(found("unthnak", 1), [("unthank".to_owned(), 1)]);
        assert_eq!(found("wymandam", 2), [("wymondham".to_owned(), 2)]);
        assert_eq!(
            found("roda", 1),
            [("rode".to_owned(), 1), ("road".to_owned(), 1)],
            "of equals the more common first"
        );
        assert!(found("road", 0).is_empty() && found("zzzz", 2).is_empty());
        assert_eq!(near_words(&words, "rod", 1).len(), 2);
    }

    #[test]
    fn distances_are_those_of_the_full_table() {
        // strsim's optimal string alignment would be the peer; the table here is written out again, whole.
        fn osa(a: &[u8], b: &[u8]) -> usize {
            let mut d = vec![vec![0; b.len() + 1]; a.len() + 1];
            (0..=a.len()).for_each(|i| d[i][0] = i);
            (0..=b.len()).for_each(|j| d[0][j] = j);
            for i in 1..=a.len() {
                for j in 1..=b.len() {
                    let cost = usize::from(a[i - 1] != b[j - 1]);
                    d[i][j] = (d[i - 1][j] + 1).min(d[i][j - 1] + 1).min(d[i - 1][j - 1] + cost);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        d[i][j] = d[i][j].min(d[i - 2][j - 2] + 1);
                    }
                }
            }
            d[a.len()][b.len()]
        }
        let mut rng = fastrand::Rng::with_seed(7);
        let mut word = |n: usize| (0..n).map(|_| char::from(b'a' + rng.u8(0..3))).collect::<String>();
        let mut known: Vec<String> = (0..300).map(|i| word(3 + i % 6)).collect();
        known.sort_unstable();
        known.dedup();
        let mut map = Builder::memory();
        known.iter().for_each(|w| map.insert(w, 1).unwrap());
        let words = Fst::new(map.into_inner().unwrap()).unwrap();
        for i in 0..100 {
            let target = word(4 + i % 5);
            let mut search =
                Search { words: &words, target: target.as_bytes(), edits: 2, path: Vec::new(), near: Vec::new() };
            let first: Vec<usize> = (0..=target.len()).collect();
            search.visit(words.root().addr(), 0, &first, &first, 0);
            let mut found: Vec<(String, usize)> = search.near.into_iter().map(|n| (n.word, n.edits)).collect();
            found.sort();
            let all = known.iter().map(|w| (w.clone(), osa(w.as_bytes(), target.as_bytes())));
            let expected: Vec<(String, usize)> = all.filter(|(_, d)| (1..=2).contains(d)).collect();
            assert_eq!(found, expected, "{target}");
        }
    }
}
