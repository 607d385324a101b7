// swift-tools-version: 6.1
import PackageDescription

/// The declared dependencies are the walls of the house: a module cannot call what it does not see.
/// `Tests/TidyTests` checks that no file imports anything else.
let package = Package(
    name: "reconcile",
    products: [.executable(name: "reconcile", targets: ["reconcile"])],
    targets: [
        .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .target(name: "JSON"),
        .target(name: "Model", dependencies: ["JSON"]),
        .target(name: "ManifestLoader", dependencies: ["Model", "JSON", "CLibYAML"]),
        .target(name: "ManifestWriter", dependencies: ["Model", "JSON", "ManifestLoader"]),
        .target(name: "DataFiles", dependencies: ["Model", "JSON"]),
        .target(name: "APIClient", dependencies: ["Model", "JSON"]),
        .target(name: "StateStore", dependencies: ["Model", "JSON"]),
        .target(name: "Planner", dependencies: ["Model", "JSON"]),
        .target(
            name: "Reconciler",
            dependencies: ["Model", "JSON", "ManifestLoader", "DataFiles", "APIClient", "StateStore", "Planner"]),
        .target(name: "HTTPServer"),
        .target(name: "Emulator", dependencies: ["HTTPServer", "JSON"]),
        .target(name: "Daemon", dependencies: ["Model", "JSON", "APIClient", "Planner", "Reconciler", "HTTPServer"]),
        .executableTarget(
            name: "reconcile",
            dependencies: [
                "Model", "JSON", "ManifestLoader", "DataFiles", "APIClient", "StateStore", "Planner", "Reconciler",
                "Emulator", "Daemon", "ManifestWriter",
            ]),

        .testTarget(name: "JSONTests", dependencies: ["JSON"]),
        .testTarget(name: "ModelTests", dependencies: ["Model", "JSON"]),
        .testTarget(
            name: "ManifestLoaderTests", dependencies: ["ManifestLoader", "Model", "JSON"], exclude: ["Corpus"]),
        .testTarget(
            name: "ManifestWriterTests", dependencies: ["ManifestWriter", "ManifestLoader", "Model", "JSON"]),
        .testTarget(name: "DataFilesTests", dependencies: ["DataFiles", "Model", "JSON"]),
        .testTarget(name: "APIClientTests", dependencies: ["APIClient", "Model", "JSON", "HTTPServer"]),
        .testTarget(name: "StateStoreTests", dependencies: ["StateStore", "Model", "JSON"]),
        .testTarget(name: "PlannerTests", dependencies: ["Planner", "Model", "JSON"], exclude: ["Golden"]),
        .testTarget(
            name: "ReconcilerTests",
            dependencies: [
                "Reconciler", "Planner", "StateStore", "APIClient", "DataFiles", "ManifestLoader", "Model", "JSON",
                "Emulator", "HTTPServer",
            ]),
        .testTarget(name: "HTTPServerTests", dependencies: ["HTTPServer"]),
        .testTarget(name: "EmulatorTests", dependencies: ["Emulator", "HTTPServer", "JSON"]),
        .testTarget(
            name: "DaemonTests",
            dependencies: ["Daemon", "Model", "JSON", "APIClient", "Planner", "Reconciler", "HTTPServer"]),
        .testTarget(name: "EndToEndTests", dependencies: ["reconcile", "JSON"]),
        .testTarget(
            name: "HandbookTests", dependencies: ["reconcile", "Daemon", "Planner", "Reconciler", "Emulator", "JSON"]),
        .testTarget(name: "TidyTests"),
    ],
    swiftLanguageModes: [.v6]
)
