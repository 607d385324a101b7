/// What `reconcile init` writes.
enum InitFiles {
    static func policy(owner: String) -> String {
        """
        # yaml-language-server: $schema=manifest.schema.json
        apiVersion: reconcile/v1
        kind: Policy
        spec:
          owner: \(owner)   # whose connections these are; two repositories on one account need two
          prune: false             # true: what no manifest declares any more is deleted, within limits

        """
    }

    static let manifest = """
        # yaml-language-server: $schema=manifest.schema.json
        apiVersion: reconcile/v1
        kind: DataConnection
        metadata:
          name: customers          # the key: unique in this directory
        spec:
          name: Customers          # what it is called in the account
          primary_key: id          # can never change
          description: Customer profiles for mails and banners
          data:
            files: [data/customers.csv]
            columns: {orders: number}
            expect:
              columns: {email: {pattern: "@"}}
            sensitive: [email]

        """

    static let rows = """
        id,email,city,orders
        u1,ada@example.com,London,3
        u2,grace@example.com,New York,5

        """

    static func github(directory: String) -> String {
        """
        # Shows what a merge would do, and does it once it is merged.
        name: reconcile
        on:
          pull_request:
          push: {branches: [main]}
        permissions: {contents: read}
        env:
          # Whatever puts the binary there.
          INSTALL: |
            sudo apt-get update -q && sudo apt-get install -y -q libyaml-0-2
            sudo curl -fsSLo /usr/local/bin/reconcile https://example.com/reconcile
            sudo chmod +x /usr/local/bin/reconcile
        jobs:
          plan:
            if: github.event_name == 'pull_request'
            runs-on: ubuntu-24.04
            steps:
              - uses: actions/checkout@v4
              - run: bash -ec "$INSTALL"
              - run: reconcile validate \(directory) --output github
              # Pull requests of forks have no secrets: validated, and not planned.
              - if: github.event.pull_request.head.repo.full_name == github.repository
                run: reconcile plan \(directory) --output github
                env:
                  OPTIX_API_KEY: ${{ secrets.OPTIX_API_KEY }}
                  OPTIX_BRAND_KEY: ${{ secrets.OPTIX_BRAND_KEY }}
          apply:
            if: github.event_name == 'push'
            runs-on: ubuntu-24.04
            concurrency: {group: reconcile-apply, cancel-in-progress: false}
            steps:
              - uses: actions/checkout@v4
              - run: bash -ec "$INSTALL"
              - run: reconcile apply \(directory) --output github
                env:
                  OPTIX_API_KEY: ${{ secrets.OPTIX_API_KEY }}
                  OPTIX_BRAND_KEY: ${{ secrets.OPTIX_BRAND_KEY }}

        """
    }

    static func gitlab(directory: String) -> String {
        """
        # Shows what a merge would do, and does it once it is merged.
        default:
          image: debian:12
          before_script:
            # Whatever puts the binary there.
            - apt-get update -q && apt-get install -y -q libyaml-0-2 libcurl4 ca-certificates curl
            - curl -fsSLo /usr/local/bin/reconcile https://example.com/reconcile && chmod +x /usr/local/bin/reconcile
        plan:
          rules: [{if: $CI_PIPELINE_SOURCE == "merge_request_event"}]
          script:
            - reconcile validate \(directory)
            - reconcile plan \(directory)
        apply:
          rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]
          resource_group: reconcile
          script:
            - reconcile apply \(directory)

        """
    }
}
