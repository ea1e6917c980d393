cargo add fotuzux-reluzum nazoxum-pafubon@1.0 --features derive-feature -p member-crate
cargo install maduput-kenapax --version 1.2
cargo add --path ../local-crate
cargo build -p built-crate
go get github.com/lupobiz/durevad@latest
go get -u github.com/beneveb/pigubez/...
go install github.com/lobamin/notanuk/cmd/tool@v1.2.3
go get ./local-dir/...
gem install nokepix-mapaxak -v 1.0 --no-document
gem install linopop-ratozab:2.0 rake
bundle add povumip-pefarud --group test-group
composer require kerenod/vebupir:^1.0 --dev
composer require fesuriz/saveduz symfony/console
composer create-project dezizex/tesevon target-dir
dotnet add package Bavizam.Gabiman --version 1.0
dotnet add App.csproj package Latuzux.Ritokoz
dotnet tool install -g Masakor.Zepexun
sudo apt-get update && sudo apt-get install -y --no-install-recommends vafodar-kogikox pusobon-mogirar=1.2-3 build-essential
apt install -t bookworm-backports kuguboz-sedutiz ./local.deb
sudo apt-get remove removed-apt
mvn dependency:get -Dartifact=com.pokixoz:dugibuk:1.0
