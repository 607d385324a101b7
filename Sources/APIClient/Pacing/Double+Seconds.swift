extension Double {
    /// For people: `8 s`, `0.5 s`.
    var inSeconds: String {
        // Huge values, such as those of a Retry-After, do not fit an Int.
        self == rounded() && abs(self) < 1e15 ? "\(Int(self)) s" : "\((self * 10).rounded() / 10) s"
    }
}
