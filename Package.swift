// swift-tools-version: 6.1
import PackageDescription

/// What Foundation calls in libcurl comes by `Platform/Network/LibrarySeam.swift` first, so these are shown to it.
let seam = [
    "curl_easy_cleanup", "curl_easy_init", "curl_easy_setopt", "curl_multi_add_handle", "curl_multi_info_read",
    "curl_multi_socket_action", "curl_url_get", "epoll_wait",
].flatMap { ["-Xlinker", "--export-dynamic-symbol=\($0)"] }

/// The declared dependencies are the walls of the house: a module cannot call what it does not see.
/// `Tests/TidyTests` checks that no file imports anything else.
let package = Package(
    name: "reconcile",
    products: [.executable(name: "reconcile", targets: ["reconcile"])],
    targets: [
        .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CMalloc"),
        .target(name: "Platform", dependencies: ["CMalloc"], linkerSettings: [.unsafeFlags(seam)]),
        .target(name: "JSON"),
        .target(name: "Model", dependencies: ["JSON"]),
        .target(name: "ManifestLoader", dependencies: ["Platform", "Model", "JSON", "CLibYAML"]),
        .target(name: "ManifestWriter", dependencies: ["Platform", "Model", "JSON", "ManifestLoader"]),
        .target(name: "DataFiles", dependencies: ["Platform", "Model", "JSON"]),
        .target(name: "APIClient", dependencies: ["Platform", "Model", "JSON"]),
        .target(name: "StateStore", dependencies: ["Platform", "Model", "JSON"]),
        .target(name: "Planner", dependencies: ["Model", "JSON"]),
        .target(name: "Reporting", dependencies: ["Platform", "Model", "JSON", "Planner"]),
        .target(
            name: "Reconciler",
            dependencies: [
                "Platform", "Model", "JSON", "ManifestLoader", "DataFiles", "APIClient", "StateStore", "Planner",
            ]),
        .target(name: "HTTPServer", dependencies: ["Platform"]),
        .target(name: "Emulator", dependencies: ["Platform", "HTTPServer", "JSON"]),
        .target(
            name: "Daemon",
            dependencies: [
                "Platform", "Model", "JSON", "APIClient", "Planner", "Reporting", "Reconciler", "HTTPServer",
            ]),
        .executableTarget(
            name: "reconcile",
            dependencies: [
                "Platform", "Model", "JSON", "ManifestLoader", "DataFiles", "APIClient", "StateStore", "Planner",
                "Reporting", "Reconciler", "Emulator", "Daemon", "ManifestWriter",
            ]),

        .target(name: "TestSupport", dependencies: ["Platform"], path: "Tests/TestSupport"),
        .testTarget(name: "PlatformTests", dependencies: ["TestSupport", "Platform"]),
        .testTarget(name: "JSONTests", dependencies: ["JSON"]),
        .testTarget(name: "ModelTests", dependencies: ["Model", "JSON"]),
        .testTarget(
            name: "ManifestLoaderTests", dependencies: ["TestSupport", "ManifestLoader", "Platform", "Model", "JSON"],
            exclude: ["Corpus"]),
        .testTarget(
            name: "ManifestWriterTests",
            dependencies: ["TestSupport", "ManifestWriter", "ManifestLoader", "Platform", "Model", "JSON"]
        ),
        .testTarget(name: "DataFilesTests", dependencies: ["TestSupport", "DataFiles", "Platform", "Model", "JSON"]),
        .testTarget(
            name: "APIClientTests",
            dependencies: ["TestSupport", "APIClient", "Platform", "Model", "JSON", "HTTPServer"]),
        .testTarget(name: "StateStoreTests", dependencies: ["TestSupport", "StateStore", "Platform", "Model", "JSON"]),
        .target(
            name: "PlanScenarios", dependencies: ["Planner", "Model", "JSON"], path: "Tests/PlanScenarios"),
        .testTarget(
            name: "PlannerTests",
            dependencies: ["TestSupport", "Planner", "PlanScenarios", "Reporting", "Platform", "Model", "JSON"]),
        .testTarget(
            name: "ReportingTests",
            dependencies: ["Reporting", "Planner", "PlanScenarios", "Platform", "Model", "JSON"],
            exclude: ["Golden"]),
        .testTarget(
            name: "ReconcilerTests",
            dependencies: [
                "TestSupport", "Reconciler", "Daemon", "Planner", "Reporting", "StateStore", "APIClient", "DataFiles",
                "ManifestLoader",
                "Platform",
                "Model", "JSON", "Emulator", "HTTPServer",
            ]),
        .testTarget(name: "HTTPServerTests", dependencies: ["TestSupport", "HTTPServer", "Platform"]),
        .testTarget(
            name: "EmulatorTests", dependencies: ["TestSupport", "Emulator", "HTTPServer", "Platform", "JSON"]),
        .testTarget(
            name: "DaemonTests",
            dependencies: [
                "TestSupport", "Daemon", "Platform", "Model", "JSON", "APIClient", "Planner", "Reconciler",
                "HTTPServer",
            ]),
        .testTarget(name: "EndToEndTests", dependencies: ["TestSupport", "reconcile", "HTTPServer", "JSON"]),
        .testTarget(
            name: "HandbookTests",
            dependencies: [
                "TestSupport", "reconcile", "Daemon", "Planner", "Reporting", "Reconciler", "Emulator", "Platform",
                "JSON",
            ]),
        .testTarget(name: "TidyTests"),
    ],
    swiftLanguageModes: [.v6]
)
