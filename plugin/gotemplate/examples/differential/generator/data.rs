//! Random data.

use gotemplate::Str;
use serde_json::{Map, Value as Json, json};

use super::Generator;

/// The keys of maps.
pub(crate) const KEYS: &[&str] = &["s", "i", "f", "b", "l", "m", "n", "v", "t", "ss", "ms", "x", "mi"];

const WORDS: &[&str] = &[
    "",
    "a",
    "web",
    "hello world",
    "é",
    "x<y>&\"z'",
    "line\nbreak",
    "tab\t",
    "\u{2028}",
    "日本語",
    "%d",
    "10",
    "{{.x}}",
    "a-b_c.d",
    "\u{7f}",
    "=+\\",
    "0",
    "true",
    "\u{0}",
    "A long text of more than twenty-two bytes",
];

impl Generator {
    pub(super) fn word(&mut self) -> String {
        self.pick(WORDS).to_owned()
    }

    /// The data of a case: mostly what its texts name.
    pub(super) fn root(&mut self, texts: &[(Str, Str)]) -> Map<String, Json> {
        let mut root = self.members(2, 2);
        let texts: Vec<_> = texts.iter().map(|(_, text)| text.to_str_lossy()).collect();
        let is_named = |key: &str| texts.iter().any(|text| text.contains(&format!(".{key}")));
        for key in KEYS {
            if is_named(key) && !self.chance(20) {
                let value = self.typical(key);
                root.insert((*key).to_owned(), value);
            }
        }
        root
    }

    fn members(&mut self, depth: usize, most: usize) -> Map<String, Json> {
        let count = self.rng.usize(0..=most);
        (0..count)
            .map(|_| {
                let key = self.pick(KEYS);
                let value = if depth > 0 && !self.chance(4) { self.typical(key) } else { self.value(depth) };
                (key.to_owned(), value)
            })
            .collect()
    }

    /// A value of the type that the key suggests.
    fn typical(&mut self, key: &str) -> Json {
        match key {
            "s" => json!(self.word()),
            "i" => self.typed("int"),
            "f" => self.float(),
            "b" => json!(self.rng.bool()),
            "l" => self.list(1),
            "m" => Json::Object(self.members(1, 5)),
            "n" => Json::Null,
            "v" => json!({"$": "Values", "v": self.members(1, 4)}),
            "t" => self.typed("Span"),
            "ss" => {
                json!({"$": "[]string", "v": (0..self.rng.usize(0..3)).map(|_| self.word()).collect::<Vec<_>>()})
            }
            "ms" => json!({"$": "map[string]string", "v": {"s": self.word(), "x": "1"}}),
            "mi" => json!({"$": "map[string]int", "v": {"i": 1, "x": 2}}),
            _ => self.value(1),
        }
    }

    fn list(&mut self, depth: usize) -> Json {
        let count = self.rng.usize(0..4);
        Json::Array((0..count).map(|_| self.value(depth)).collect())
    }

    fn float(&mut self) -> Json {
        const FLOATS: &[f64] = &[
            0.0,
            1.0,
            -1.0,
            0.5,
            1.5,
            2.5,
            3.0,
            1e6,
            999_999.0,
            1_234_567.0,
            1e20,
            1e21,
            1e-4,
            1e-5,
            123.456,
            1e100,
            -0.001,
            0.1,
            100.0,
            1_000_000.5,
        ];
        match self.rng.u8(0..8) {
            0 => json!(self.rng.f64() * 10f64.powi(self.rng.i32(-10..30))),
            1 => json!({"$": "float64", "v": self.pick(&["NaN", "+Inf", "-Inf", "-0", "1e-320"])}),
            _ => json!(FLOATS[self.rng.usize(0..FLOATS.len())]),
        }
    }

    fn typed(&mut self, name: &str) -> Json {
        const INTS: &[i64] = &[0, 1, 2, 3, 5, -1, -2, 7, 10, 42, 100, 65, 127];
        let value = match name {
            "int64" if self.chance(4) => json!(i64::MIN),
            "uint64" if self.chance(4) => json!(300),
            "uint" | "uint8" | "uint64" => json!(INTS[self.rng.usize(0..INTS.len())].unsigned_abs()),
            _ => json!(INTS[self.rng.usize(0..INTS.len())]),
        };
        json!({"$": name, "v": value})
    }

    pub(super) fn value(&mut self, depth: usize) -> Json {
        match self.rng.u8(0..24) {
            0..=4 => json!(self.word()),
            5..=6 => self.float(),
            7 => json!(self.rng.bool()),
            8 => Json::Null,
            9..=11 if depth > 0 => self.list(depth - 1),
            12..=14 if depth > 0 => Json::Object(self.members(depth - 1, 4)),
            15 => {
                let name =
                    self.pick(&["int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint64", "Span"]);
                self.typed(name)
            }
            16 => {
                let float = [0.1, 1.5, 3.0, 1e10][self.rng.usize(0..4)];
                json!({"$": "float32", "v": float})
            }
            17 => json!({"$": self.pick(&["nil []any", "nil map", "nil *Point"])}),
            18 => json!({"$": "[]uint8", "v": self.pick(&["", "aGk=", "/w=="])}),
            19 => json!({"$": self.pick(&["[]int", "[]float64"]), "v": [1, 2, 3]}),
            20 => json!({"$": "string", "v": {"b": self.pick(&["/w==", "aP94", "4oI="])}}),
            21 => {
                let name = self.pick(&["Point", "*Point", "Plain", "*Plain"]);
                json!({"$": name, "v": {"X": self.rng.i32(0..3), "Name": self.word(), "Any": self.word()}})
            }
            _ => self.typed("int"),
        }
    }
}
